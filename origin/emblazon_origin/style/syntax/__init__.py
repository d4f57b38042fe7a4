"""CSS text to rules and declarations.

stylesheet.py        a style sheet, parsed
sheet_model.py       what a parsed sheet is made of
plain_rules.py       rules that patterns can take apart, their declarations from a cache
plain_values.py      values that a pattern can take apart
declarations.py      the declarations of a block
references.py        what a value with var() has to look like
registry.py          what each property is called and how it parses
conditions.py        @media and @supports
counter_rules.py     @counter-style
keyframes.py         @keyframes
function_rules.py    @function
container_queries.py @container
variables.py         var(), env(), and where other functions are put in
"""
