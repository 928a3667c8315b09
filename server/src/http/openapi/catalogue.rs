//! The catalogue of refusals, `docs/errors.md`: made of the codes themselves, so that none is missing.

use florin_shared::Code;

use super::remedies::remedy;

const HEAD: &str = "# Refusals

Every refusal is `{\"ret_code\": …, \"ret_msg\": …, \"field\": …}` with the HTTP status below. `ret_code` never changes its meaning and new
ones may come; `ret_msg` is a sentence for people and may change; `field` is the path of the field that is wrong, where there is one.

After 400, 401, 403, 404, 405, 413, 415 and 422 the same request is refused again. After 409 something has to change first. After 408,
429 and 503 nothing was done: send the same again, after `Retry-After` where there is one. After 500, or no answer at all, nobody knows: query,
or send the same again with the same `Idempotency-Key`.

This page is made of the code; `FLORIN_WRITE_DOCS=1 cargo test -p florin-server --test it openapi` writes it.

| code | status | what it means | what to do |
|---|---|---|---|
";

/// The page, in Markdown.
pub fn markdown() -> String {
    let row = |code: &Code| {
        let [word, status] = [code.as_str().to_owned(), code.status().to_string()];
        format!("| `{word}` | {status} | {} | {} |\n", code.meaning(), remedy(*code))
    };
    Code::ALL.iter().map(row).fold(HEAD.to_owned(), |page, row| page + &row)
}

/// Each code with its status, its meaning and what to do.
pub fn rows() -> impl Iterator<Item = (Code, &'static str)> {
    Code::ALL.iter().map(|code| (*code, remedy(*code)))
}
