// The origin on Cloudflare Containers: a Worker that passes requests on to a few containers of the image.
import { Container, getRandom } from "@cloudflare/containers";

const INSTANCES = 4;

export class Origin extends Container {
  defaultPort = 8788;
  sleepAfter = "30m";
  envVars = {
    EMBLAZON_ORIGIN_HOST: "0.0.0.0",
    EMBLAZON_ORIGIN_TOKEN: this.env.EMBLAZON_ORIGIN_TOKEN,
  };
}

export default {
  async fetch(request, env) {
    return (await getRandom(env.ORIGIN, INSTANCES)).fetch(request);
  },
};
