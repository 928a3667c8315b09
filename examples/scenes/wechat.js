/** A page behind the menu of an official account: WeChat asks for the money in the page, and leads back to the order. */

import { goods, sell } from "./shop.js";

// Nobody has to choose where only WeChat can pay. Opened in another browser, the same order is paid as is usual there.
sell(goods.haircut, { more: { payment: { payment_method: "WECHATPAY" }, display_locale: "zh-CN" } });
