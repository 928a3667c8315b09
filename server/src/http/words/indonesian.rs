//! Indonesian.

use super::Words;

pub(super) static WORDS: Words = Words {
    title: "Pembayaran",
    gone: [
        "Halaman pembayaran ini tidak ditemukan",
        "Periksa alamatnya, atau kembali ke toko dan mulai lagi dari sana.",
    ],
    later: [
        "Pembayaran ini belum bisa ditampilkan saat ini",
        "Jika Anda sudah membayar, pembayaran Anda aman: jangan membayar lagi. Muat ulang halaman ini sebentar lagi.",
    ],
    paid: ["Pesanan ini sudah dibayar", "Tidak ada lagi yang perlu dilakukan. Terima kasih."],
    ended: [
        "Pembayaran ini telah berakhir",
        "Pembayaran tidak selesai. Anda bisa memulai lagi di toko.",
    ],
    elsewhere: [
        "Tidak bisa membayar di aplikasi ini",
        "Pindai kode dengan Alipay atau WeChat, atau buka alamat ini di browser ponsel Anda.",
    ],
    onward: "Bayar di sana, lalu kembali ke sini. Jika tidak terjadi apa-apa, tekan tombolnya.",
    banks: [
        "Pilih bank Anda",
        "Selanjutnya halaman bank tersebut terbuka melalui UnionPay.",
        "Bank lain",
        "Pilih bank lain",
    ],
    past: [
        "Halaman ini tidak dapat digunakan lagi",
        "Waktunya sudah habis, atau pembayaran sudah berlanjut. Halaman pembayaran menunjukkan statusnya.",
    ],
    order: "Pesanan Anda",
    enter: "Masukkan jumlah",
    go: "Lanjut",
    least: "Minimal {least}",
    between: "Dari {least} sampai {most}",
    outside: "Jumlah ini tidak bisa dibayar di sini.",
    unread: "Masukkan jumlah, misalnya {example}.",
    often: "Kode ini sedang sangat sering digunakan. Coba lagi dalam satu menit.",
    unused: ["Kode ini tidak digunakan", "Tanyakan cara bayar lain kepada toko."],
    refused: [
        "Kami belum bisa menerima pembayaran saat ini",
        "Tidak ada dana yang terpotong. Coba lagi sebentar lagi.",
    ],
    test: "Mode uji coba: tidak ada uang sungguhan yang berpindah",
    point: ',',
};
