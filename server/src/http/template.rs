//! Pages from templates: `{{name}}` is replaced once, and what was put in is never searched again.

/// Puts values, which are HTML already, into their places. A name without a value is left out.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut html = String::with_capacity(template.len() + 512);
    let mut rest = template;
    while let Some((before, from)) = rest.split_once("{{") {
        let (name, after) = from.split_once("}}").unwrap_or((from, ""));
        html.push_str(before);
        html.push_str(values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value));
        rest = after;
    }
    html.push_str(rest);
    html
}

/// What merchants and shoppers write, as text of a page.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_merchants_write_is_text_on_our_page() {
        assert_eq!(escape(r#"<b a="1" c='2'>&"#), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
    }

    #[test]
    fn a_value_is_not_a_template() {
        let values = [("a", "{{b}}"), ("b", "<i>")];
        assert_eq!(fill("{{a}}{{b}}{{c}}.", &values), "{{b}}<i>.");
        assert_eq!(fill("x {{a", &values), "x {{b}}");
    }
}
