//! Chinese in traditional characters, for Taiwan and Hong Kong.

use super::Words;

pub(super) static WORDS: Words = Words {
    title: "付款",
    gone: ["找不到這個付款頁面", "請檢查網址，或返回商店重新開始。"],
    later: [
        "暫時無法顯示這筆付款",
        "如果您已付款，款項是安全的，請勿重複付款。請稍後重新載入此頁面。",
    ],
    paid: ["這筆訂單已付款", "您無需再做任何操作，謝謝您。"],
    ended: ["這筆付款已結束", "付款未完成。您可以在商店重新開始。"],
    elsewhere: ["無法在此應用程式中付款", "請用支付寶或微信掃碼，或在手機瀏覽器中開啟此網址。"],
    onward: "請在那裡付款，然後返回此處。如果沒有反應，請按下按鈕。",
    banks: [
        "選擇您的銀行",
        "接下來會經由銀聯開啟該銀行的網路銀行頁面。",
        "其他銀行",
        "改選其他銀行",
    ],
    past: ["此頁面已無法使用", "已超過時限，或付款已有進展。付款頁面會顯示最新狀況。"],
    order: "您的訂單",
    enter: "請輸入金額",
    go: "繼續",
    least: "最低 {least}",
    between: "{least} 至 {most}",
    outside: "此處無法支付這個金額。",
    unread: "請輸入金額，例如 {example}。",
    often: "此收款碼目前使用過於頻繁，請一分鐘後再試。",
    unused: ["此收款碼未啟用", "請向店家詢問其他付款方式。"],
    refused: ["暫時無法收款", "沒有扣款，請稍後再試。"],
    test: "測試模式：不會動用真實款項",
    point: '.',
};
