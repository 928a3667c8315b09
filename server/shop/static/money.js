// Money as people write it. Amounts are strings of whole smallest units; the number of decimals comes from the
// server, because browsers and ISO 4217 do not always agree about it.

/** "12800" with currency { code: "HKD", exponent: 2 } is "HK$128.00". */
export function written(amount, currency, locale) {
  const format = (currencyDisplay) =>
    new Intl.NumberFormat(locale, {
      style: "currency",
      currency: currency.code,
      currencyDisplay,
      minimumFractionDigits: currency.exponent,
      maximumFractionDigits: currency.exponent,
    }).format(decimal(amount, currency.exponent));
  const text = format("symbol");
  // Some languages have no sign of their own for a currency and write its code; its narrow sign reads better.
  return text.includes(currency.code) ? format("narrowSymbol") : text;
}

/** So many of one price, exactly. */
export function times(amount, quantity) {
  return (BigInt(amount) * BigInt(quantity)).toString();
}

/** The sum of amounts, exactly. */
export function sum(amounts) {
  return amounts.reduce((total, amount) => total + BigInt(amount), 0n).toString();
}

// A decimal text, which Intl takes without rounding it to a binary fraction first.
function decimal(amount, exponent) {
  const digits = amount.padStart(exponent + 1, "0");
  const whole = digits.slice(0, digits.length - exponent);
  return exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`;
}
