//! Malay.

use super::Words;

pub(super) static WORDS: Words = Words {
    title: "Pembayaran",
    gone: [
        "Halaman pembayaran ini tidak ditemui",
        "Semak alamatnya, atau kembali ke kedai dan mulakan semula dari sana.",
    ],
    later: [
        "Pembayaran ini tidak dapat dipaparkan sekarang",
        "Jika anda sudah membayar, bayaran anda selamat: jangan bayar lagi. Muat semula halaman ini sebentar lagi.",
    ],
    paid: ["Pesanan ini telah dibayar", "Tiada apa-apa lagi yang perlu dibuat. Terima kasih."],
    ended: [
        "Pembayaran ini telah tamat",
        "Pembayaran tidak selesai. Anda boleh mulakan semula di kedai.",
    ],
    elsewhere: [
        "Anda tidak boleh membayar dalam aplikasi ini",
        "Imbas kod dengan Alipay atau WeChat, atau buka alamat ini dalam pelayar telefon anda.",
    ],
    onward: "Bayar di sana, kemudian kembali ke sini. Jika tiada apa-apa berlaku, tekan butang.",
    banks: [
        "Pilih bank anda",
        "Seterusnya, halaman bank itu akan dibuka melalui UnionPay.",
        "Bank lain",
        "Pilih bank lain",
    ],
    past: [
        "Halaman ini tidak boleh digunakan lagi",
        "Masanya sudah tamat, atau pembayaran telah diteruskan. Halaman pembayaran menunjukkan statusnya.",
    ],
    order: "Pesanan anda",
    enter: "Masukkan jumlah",
    go: "Teruskan",
    least: "Sekurang-kurangnya {least}",
    between: "Dari {least} hingga {most}",
    outside: "Jumlah ini tidak dapat dibayar di sini.",
    unread: "Sila masukkan jumlah, contohnya {example}.",
    often: "Kod ini sedang digunakan terlalu kerap. Sila cuba lagi dalam satu minit.",
    unused: ["Kod ini tidak digunakan", "Tanya kedai tentang cara pembayaran lain."],
    refused: [
        "Kami tidak dapat menerima bayaran sekarang",
        "Tiada wang dipotong. Sila cuba sebentar lagi.",
    ],
    test: "Mod ujian: tiada wang sebenar terlibat",
    point: '.',
};
