//! Filipino.

use super::Words;

pub(super) static WORDS: Words = Words {
    title: "Pagbabayad",
    gone: [
        "Walang ganitong payment page",
        "I-check ang address, o bumalik sa shop at magsimula ulit doon.",
    ],
    later: [
        "Hindi namin maipakita ang bayad na ito sa ngayon",
        "Kung nakabayad ka na, ligtas ang bayad mo: huwag nang magbayad ulit. I-reload ang page na ito maya-maya.",
    ],
    paid: ["Bayad na ito", "Wala ka nang kailangang gawin dito. Salamat."],
    ended: [
        "Sarado na ang payment session na ito",
        "Hindi ito natuloy. Puwede kang magsimula ulit sa shop.",
    ],
    elsewhere: [
        "Hindi makakapagbayad sa app na ito",
        "I-scan ang code gamit ang Alipay o WeChat, o buksan ang address na ito sa browser ng iyong telepono.",
    ],
    onward: "Magbayad doon, saka bumalik dito. Kung walang mangyari, pindutin ang button.",
    banks: [
        "Piliin ang iyong bangko",
        "Susunod na magbubukas ang sariling page nito, sa pamamagitan ng UnionPay.",
        "Ibang bangko",
        "Pumili ng ibang bangko",
    ],
    past: [
        "Hindi na magagamit ang page na ito",
        "Lampas na sa oras, o nagpatuloy na ang pagbabayad. Makikita sa page ng pagbabayad ang kalagayan nito.",
    ],
    order: "Ang order mo",
    enter: "Ilagay ang halaga",
    go: "Magpatuloy",
    least: "Hindi bababa sa {least}",
    between: "Mula {least} hanggang {most}",
    outside: "Hindi mababayaran dito ang halagang ito.",
    unread: "Maglagay ng halaga, gaya ng {example}.",
    often: "Napakaraming gumagamit ng code na ito ngayon. Subukan ulit pagkalipas ng isang minuto.",
    unused: ["Hindi ginagamit ang code na ito", "Magtanong sa shop ng ibang paraan ng pagbabayad."],
    refused: [
        "Hindi kami makatanggap ng bayad sa ngayon",
        "Walang nabawas sa iyo. Subukan ulit maya-maya.",
    ],
    test: "Test mode: walang totoong perang gagalaw",
    point: '.',
};
