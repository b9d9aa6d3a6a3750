//! Programs made by chance from every statement and every way to make a value larger.

/// A source of chance: the same for the same seed on every machine.
pub(crate) struct Search {
    state: u64,
    /// How many functions the program has.
    functions: usize,
}

const LISTS: &[&str] = &["a", "b", "c", "industry", "attr(\"big\")", "attr(m)", "[]", "[[0]]", "[s, 1]"];
const TEXTS: &[&str] = &["s", "t", "title", "message", "\"x\"", "'y'", "text(n)", "\"\""];
const NUMBERS: &[&str] = &["n", "1", "-1", "0.5", "employee_count", "len(a)", "len(s)", "count(s, 7)", "255"];
/// Variables that are changed.
const CHANGED: &[&str] = &["a", "b", "c", "s", "t", "n"];

impl Search {
    pub(crate) fn new(seed: u32) -> Search {
        Search { state: u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, functions: 0 }
    }

    fn chance(&mut self, count: usize) -> usize {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % count
    }

    fn one(&mut self, all: &[&str]) -> String {
        all[self.chance(all.len())].to_owned()
    }

    /// A program that runs until it is stopped.
    pub(crate) fn program(&mut self) -> String {
        self.functions = self.chance(3);
        let functions: String = (0..self.functions)
            .map(|index| {
                format!(
                    "fn f{index}(a, b) {{ let c = []; let s = \"q\"; let t = s; let n = 2; {} }} ",
                    self.own_body(index)
                )
            })
            .collect();
        let lets = "let s0 = industry[0]; let a = industry; let b = [s0, 1]; let c = []; let s = title; let t = \"ab\"; let n = 3; let m = \"big\";";
        let body: String = (0..1 + self.chance(6)).map(|_| self.statement(2)).collect();
        let turn = match self.chance(4) {
            0 => format!("for i in 0..500 {{ {body} }}"),
            1 => format!("while true {{ {body} }}"),
            _ => format!("loop {{ {body} }}"),
        };
        format!("{functions}{lets} {turn} 1")
    }

    /// Functions see their parameters only, and each calls those before it.
    fn own_body(&mut self, before: usize) -> String {
        let functions = std::mem::replace(&mut self.functions, before);
        let body: String = (0..1 + self.chance(3)).map(|_| self.statement(1)).collect();
        let value = self.value(1);
        self.functions = functions;
        let body = format!("{body} {value}");
        // What only the main part knows.
        ["industry", "title", "message", "employee_count"]
            .iter()
            .fold(body, |body, name| body.replace(name, "b"))
            .replace("attr(m)", "a")
    }

    fn statement(&mut self, depth: usize) -> String {
        let deeper = depth.saturating_sub(1);
        match self.chance(if depth == 0 { 6 } else { 14 }) {
            0 | 1 => format!("{} = {}; ", self.one(CHANGED), self.value(depth)),
            2 | 3 => format!("{} += {}; ", self.one(CHANGED), self.value(depth)),
            4 => format!("{}; ", self.value(depth)),
            5 => {
                let sign = self.one(&["-=", "*=", "/=", "%="]);
                format!("{} {sign} {}; ", self.one(&["n", "s"]), self.value(0))
            }
            6 => format!("for x in {} {{ {} }} ", self.value(deeper), self.statement(deeper)),
            7 => format!("if {} {{ {} }} ", self.test(deeper), self.statement(deeper)),
            8 => format!(
                "switch {} {{ 1 => {{ {} }}, _ => {{ {} }} }} ",
                self.value(deeper),
                self.statement(deeper),
                self.statement(deeper)
            ),
            9 => format!("{{ {} }} ", self.statement(deeper)),
            10 => format!("while n < 300 {{ n += 1; {} }} ", self.statement(deeper)),
            11 => format!("do {{ {} }} while false; ", self.statement(deeper)),
            12 => format!("reason({}, {}); ", self.one(NUMBERS), self.one(TEXTS)),
            // Refused, but for what the checks do not see.
            _ if self.chance(20) == 0 => format!("{}[0] = {}; ", self.one(&["a", "b"]), self.value(deeper)),
            _ => format!(
                "if {} {{ {} }} else {{ {} }} ",
                self.test(deeper),
                self.statement(deeper),
                self.statement(deeper)
            ),
        }
    }

    fn test(&mut self, depth: usize) -> String {
        match self.chance(5) {
            0 => "true".to_owned(),
            1 => format!("known({})", self.value(depth)),
            2 => format!("{} in {}", self.one(TEXTS), self.one(&["a", "b", "industry"])),
            3 => format!("len({}) < 200", self.one(&["a", "b", "c", "s", "t"])),
            _ => format!("or({}, 1) != 0", self.one(NUMBERS)),
        }
    }

    fn value(&mut self, depth: usize) -> String {
        let deeper = depth.saturating_sub(1);
        if depth == 0 {
            return match self.chance(3) {
                0 => self.one(LISTS),
                1 => self.one(TEXTS),
                _ => self.one(NUMBERS),
            };
        }
        match self.chance(19) {
            0 | 1 => self.one(LISTS),
            2 => self.one(TEXTS),
            3 => self.one(NUMBERS),
            4 | 5 => format!("[{}, {}]", self.value(deeper), self.value(deeper)),
            6 => format!("[{}]", self.value(deeper)),
            7 => {
                let sign = self.one(&["+", "-", "*"]);
                format!("({} {sign} {})", self.value(deeper), self.value(deeper))
            }
            8 => format!("({} + {})", self.one(TEXTS), self.one(TEXTS)),
            9 => format!("{}[{}]", self.one(&["a", "b", "s", "industry"]), self.one(NUMBERS)),
            10 => format!("{}[0..{}]", self.one(&["s", "t", "n", "message"]), self.one(NUMBERS)),
            11 => format!(
                "(if {} {{ {} }} else {{ {} }})",
                self.test(deeper),
                self.value(deeper),
                self.value(deeper)
            ),
            12 => format!(
                "(switch {} {{ \"ab\" => {}, _ => {} }})",
                self.one(TEXTS),
                self.value(deeper),
                self.value(deeper)
            ),
            13 => format!("loop {{ break {}; }}", self.value(deeper)),
            14 => {
                let name = self.one(&["lower", "upper", "trim", "text", "len"]);
                format!("{name}({})", self.value(deeper))
            }
            15 => format!("or({}, {})", self.value(deeper), self.value(deeper)),
            16 => format!("{}.{}()", self.one(&["s", "t", "title"]), self.one(&["lower", "upper", "trim"])),
            _ if self.functions > 0 => {
                let index = self.chance(self.functions);
                format!("f{index}({}, {})", self.value(deeper), self.value(deeper))
            }
            17 => format!("({} ?? {})", self.value(deeper), self.value(deeper)),
            _ => format!("[{}, {}, {}]", self.value(deeper), self.value(deeper), self.value(deeper)),
        }
    }
}
