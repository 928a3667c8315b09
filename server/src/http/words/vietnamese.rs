//! Vietnamese.

use super::Words;

pub(super) static WORDS: Words = Words {
    title: "Thanh toán",
    gone: [
        "Không có trang thanh toán này",
        "Hãy kiểm tra địa chỉ, hoặc quay lại cửa hàng và bắt đầu lại từ đó.",
    ],
    later: [
        "Hiện không hiển thị được khoản thanh toán này",
        "Nếu bạn đã thanh toán, khoản tiền của bạn vẫn an toàn: đừng thanh toán lại. Hãy tải lại trang này sau giây lát.",
    ],
    paid: ["Đơn này đã được thanh toán", "Bạn không cần làm gì thêm. Cảm ơn bạn."],
    ended: [
        "Phiên thanh toán này đã kết thúc",
        "Việc thanh toán chưa hoàn tất. Bạn có thể bắt đầu lại tại cửa hàng.",
    ],
    elsewhere: [
        "Không thể thanh toán trong ứng dụng này",
        "Hãy quét mã bằng Alipay hoặc WeChat, hoặc mở địa chỉ này trong trình duyệt của điện thoại.",
    ],
    onward: "Hãy thanh toán tại đó rồi quay lại đây. Nếu không có gì xảy ra, hãy nhấn nút.",
    banks: [
        "Chọn ngân hàng của bạn",
        "Trang của ngân hàng đó sẽ mở ra tiếp theo, qua UnionPay.",
        "Ngân hàng khác",
        "Chọn ngân hàng khác",
    ],
    past: [
        "Không dùng trang này được nữa",
        "Đã hết thời gian, hoặc thanh toán đã tiếp diễn. Trang thanh toán cho biết tình trạng hiện tại.",
    ],
    order: "Đơn hàng của bạn",
    enter: "Nhập số tiền",
    go: "Tiếp tục",
    least: "Tối thiểu {least}",
    between: "Từ {least} đến {most}",
    outside: "Không thể thanh toán số tiền này tại đây.",
    unread: "Vui lòng nhập số tiền, ví dụ {example}.",
    often: "Mã này đang được dùng quá nhiều. Vui lòng thử lại sau một phút.",
    unused: ["Mã này không còn được sử dụng", "Hãy hỏi cửa hàng về cách thanh toán khác."],
    refused: [
        "Hiện không thể nhận thanh toán",
        "Bạn chưa bị trừ tiền. Vui lòng thử lại sau giây lát.",
    ],
    test: "Chế độ thử nghiệm: không có tiền thật được chuyển",
    point: ',',
};
