// What other people's programs make of the same questions: a JSON list on stdin, a JSON list of answers on stdout.
import PaynowQR from "paynowqr";
import { generate, validate } from "promptparse";
import promptpay from "promptpay-qr";
import { QRPay } from "vietnam-qr-pay";

const crafts = {
  vietqr: ({ bank, account, service, amount, purpose }) =>
    QRPay.initVietQR({ bankBin: bank, bankNumber: account, service, amount, purpose }).build(),

  read_vietqr: ({ text }) => {
    const read = new QRPay(text);
    return {
      valid: read.isValid,
      bank: read.consumer.bankBin,
      account: read.consumer.bankNumber,
      amount: read.amount,
      purpose: read.additionalData.purpose,
      currency: read.currency,
      country: read.nation,
    };
  },

  paynow: (asked) => new PaynowQR(asked).output(),

  promptpay: ({ target, amount }) => promptpay(target, amount === undefined ? {} : { amount }),

  bill: (asked) => generate.billPayment(asked),

  read_bill: ({ text }) => validate.billPayment(text),
};

let asked = "";
for await (const part of process.stdin) asked += part;
process.stdout.write(JSON.stringify(JSON.parse(asked).map(([craft, question]) => crafts[craft](question))));
