//! Amounts of the page without a program stand as a browser would write them: `Intl` is asked, through Node.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use florin_widget::markup::money::amount;
use florin_widget::markup::words;

/// Of every number of decimals there is, the marks that languages group by, and what is too small for any.
const NUMBERS: [&str; 9] = [
    "0.05",
    "8",
    "12.50",
    "128.00",
    "1280.00",
    "12800",
    "150000.00",
    "1234567.890",
    "90071992547409.91",
];

const CURRENCIES: &str = "AED AMD ARS AUD BHD BND BRL CAD CHF CLP CNY COP CZK DKK EGP EUR FJD GBP HKD HUF IDR ILS INR ISK JOD \
    JPY KES KRW KWD KZT LAK LBP LKR MAD MMK MNT MOP MXN MYR NGN NOK NPR NZD OMR PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB \
    TND TRY TWD UAH USD UYU VND XAF XCD XOF XPF ZAR";

/// One line for each amount on its standard input.
const ASKED: &str = "for (const line of require('fs').readFileSync(0, 'utf8').split('\\n').filter(Boolean)) {
    const [language, currency, number] = line.split(' ')
    const digits = (number.split('.')[1] ?? '').length
    const options = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits }
    console.log(new Intl.NumberFormat(language, options).format(number))
}";

/// What `Intl` makes of them.
fn told(lines: &str) -> io::Result<Vec<String>> {
    let mut node = Command::new("node")
        .args(["-e", ASKED])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    // Closed once it is written: the end of it is what is waited for.
    node.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(lines.as_bytes()))?;
    let output = node.wait_with_output()?;
    assert!(output.status.success());
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

#[test]
fn every_language_writes_amounts_as_its_readers_do() {
    let mut asked = Vec::new();
    for (language, _) in words::all() {
        for currency in CURRENCIES.split_whitespace() {
            asked.extend(NUMBERS.map(|number| (language, currency, number)));
        }
    }
    let lines: String = asked
        .iter()
        .map(|(language, currency, number)| format!("{language} {currency} {number}\n"))
        .collect();
    let told = told(&lines).unwrap();
    assert_eq!(told.len(), asked.len());
    let differ: Vec<_> = asked
        .iter()
        .zip(&told)
        .map(|((language, currency, number), told)| {
            (language, amount(number, currency, language), told)
        })
        // What keeps a sign beside its letters, `Intl` leaves to whoever shows it.
        .filter(|(_, ours, told)| ours.trim_end_matches('\u{200e}') != *told)
        .collect();
    assert!(
        differ.is_empty(),
        "{} differ, such as {:?}",
        differ.len(),
        &differ[..differ.len().min(20)]
    );
}
