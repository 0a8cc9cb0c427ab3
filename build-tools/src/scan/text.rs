//! Documentation as it is read outside of rustdoc's pages: by `help`, in editors, in an error.
//!
//! It stays Markdown. Lines of examples that rustdoc hides are left out, characters that are spelled for HTML are
//! written as they are, and line breaks of HTML go.

use std::fmt::Write as _;

/// Characters that documentation spells, by the name between `&` and `;`. A space of any width is one.
const ENTITIES: [(&str, &str); 18] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ensp", " "),
    ("emsp", " "),
    ("thinsp", " "),
    ("ndash", "–"),
    ("mdash", "—"),
    ("hellip", "…"),
    ("times", "×"),
    ("le", "≤"),
    ("ge", "≥"),
    ("ne", "≠"),
    ("rarr", "→"),
    ("larr", "←"),
];
/// What may stand behind the fence of an example in Rust.
const RUST: [&str; 7] = [
    "rust",
    "should_panic",
    "no_run",
    "ignore",
    "compile_fail",
    "test_harness",
    "standalone",
];

/// A documentation as it is to be read.
pub(super) fn readable(docs: &str) -> String {
    let mut out = String::with_capacity(docs.len());
    let mut fence: Option<Fence<'_>> = None;
    for line in docs.lines() {
        match &fence {
            Some(open) if open.ends(line) => {
                fence = None;
                _ = writeln!(out, "{line}");
            }
            Some(open) if open.rust => {
                if let Some(shown) = shown(line) {
                    _ = writeln!(out, "{shown}");
                }
            }
            Some(_) => _ = writeln!(out, "{line}"),
            None => {
                fence = Fence::begins(line);
                match fence {
                    Some(_) => _ = writeln!(out, "{line}"),
                    None => _ = writeln!(out, "{}", prose(line)),
                }
            }
        }
    }
    if !docs.ends_with('\n') {
        out.pop();
    }
    out
}

/// The beginning of a block of code.
struct Fence<'a> {
    marks: &'a str,
    rust: bool,
}

impl<'a> Fence<'a> {
    fn begins(line: &'a str) -> Option<Self> {
        let line = line.trim_start();
        let mark = line.chars().next().filter(|mark| ['`', '~'].contains(mark))?;
        let about = line.trim_start_matches(mark);
        let marks = &line[..line.len() - about.len()];
        if marks.len() < 3 || (mark == '`' && about.contains('`')) {
            return None;
        }
        let mut words = about
            .split([',', ' ', '\t', '{', '}'])
            .filter(|word| !word.is_empty());
        let is_rust = |word: &str| {
            let word = word.split_once('-').map_or(word, |(word, _)| word);
            RUST.contains(&word) || word.starts_with("edition")
        };
        Some(Fence {
            marks,
            rust: words.all(is_rust),
        })
    }

    fn ends(&self, line: &str) -> bool {
        let line = line.trim();
        line.starts_with(self.marks)
            && line
                .bytes()
                .all(|byte| self.marks.as_bytes().first() == Some(&byte))
    }
}

/// A line of an example, if rustdoc shows it.
fn shown(line: &str) -> Option<String> {
    let text = line.trim();
    if text == "#" || text.starts_with("# ") {
        return None;
    }
    Some(match text.starts_with("##") {
        true => line.replacen("##", "#", 1),
        false => line.to_owned(),
    })
}

/// A line of text; what is code in it stays.
fn prose(line: &str) -> String {
    if !line.contains(['&', '<']) {
        return line.to_owned();
    }
    let line = without_breaks(line);
    let mut out = String::with_capacity(line.len());
    let mut code = false;
    for (at, part) in line.split('`').enumerate() {
        if at > 0 {
            out.push('`');
            code = !code;
        }
        match code {
            true => out.push_str(part),
            false => out.push_str(&spelled_out(part)),
        }
    }
    out
}

/// A line that holds nothing but breaks is empty.
fn without_breaks(line: &str) -> &str {
    let mut rest = line.trim();
    while let Some(behind) = ["<br>", "<br/>", "<br />"]
        .iter()
        .find_map(|tag| rest.strip_prefix(tag))
    {
        rest = behind.trim_start();
    }
    if rest.is_empty() { "" } else { line }
}

fn spelled_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let found = ENTITIES.iter().find_map(|(name, shown)| {
            let behind = behind.strip_prefix(name)?.strip_prefix(';')?;
            Some((*shown, behind))
        });
        let (shown, behind) = found.unwrap_or(("&", behind));
        out.push_str(shown);
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rustdoc_hides_is_hidden() {
        let docs =
            "Text.\n\n```\n# use a::B;\n#\nlet x = [1];\n  # fn f() {}\n#[test]\n## shown\n```\n# Title\n";
        let read = "Text.\n\n```\nlet x = [1];\n#[test]\n# shown\n```\n# Title\n";
        assert_eq!(readable(docs), read);
        for fence in [
            "```rust",
            "~~~no_run",
            "```ignore-wasm,edition2021",
            "````should_panic",
        ] {
            let end: String = fence.chars().take_while(|c| ['`', '~'].contains(c)).collect();
            assert_eq!(
                readable(&format!("{fence}\n# x\n{end}")),
                format!("{fence}\n{end}")
            );
        }
        for other in [
            "```text\n# x\n```",
            "```console\n# ls\n```",
            "```toml\n# x\n[a]\n```",
        ] {
            assert_eq!(readable(other), other);
        }
    }

    #[test]
    fn what_is_spelled_for_html_is_written() {
        assert_eq!(
            readable("`1.0` &mdash; a&ensp;b &amp;lt; `&lt;T&gt;` &lt;T&gt; &unknown; a & b"),
            "`1.0` — a b &lt; `&lt;T&gt;` <T> &unknown; a & b"
        );
        assert_eq!(readable("a\n<br><br>\n <br />\nb<br>"), "a\n\n\nb<br>");
        assert_eq!(readable(""), "");
    }
}
