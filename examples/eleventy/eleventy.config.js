export default function (config) {
  config.addGlobalData("site", { title: "Meridian", url: "https://meridian.example", author: "Ines Okafor" });
  config.addGlobalData("layout", "base.njk");
  config.ignores.add("README.md");
}
