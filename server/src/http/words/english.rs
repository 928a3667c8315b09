//! English.

use super::Words;

pub(super) static WORDS: Words = Words {
    title: "Payment",
    gone: [
        "There is no such payment page",
        "Check the address, or go back to the shop and start again from there.",
    ],
    later: [
        "We cannot show this payment right now",
        "If you have paid, your payment is safe: do not pay again. Reload this page in a moment.",
    ],
    paid: ["This has been paid", "There is nothing left to do here. Thank you."],
    ended: ["This payment has ended", "It was not completed. You can start again in the shop."],
    elsewhere: [
        "You cannot pay in this app",
        "Scan the code with Alipay or WeChat, or open this address in your phone’s browser.",
    ],
    onward: "Pay there, then come back here. If nothing happens, press the button.",
    banks: [
        "Choose your bank",
        "Its own page opens next, by way of UnionPay.",
        "Another bank",
        "Choose another bank",
    ],
    past: [
        "This page cannot be used any more",
        "Its time is over, or the payment has gone on. The payment page shows how it stands.",
    ],
    order: "Your order",
    enter: "Enter the amount",
    go: "Continue",
    least: "At least {least}",
    between: "From {least} to {most}",
    outside: "This amount cannot be paid here.",
    unread: "Please enter an amount, such as {example}.",
    often: "This code is being used very often right now. Please try again in a minute.",
    unused: ["This code is not in use", "Ask the shop for another way to pay."],
    refused: [
        "We cannot take a payment right now",
        "Nothing was charged. Please try again in a moment.",
    ],
    test: "Test mode: no real money moves",
    point: '.',
};
