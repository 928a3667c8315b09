/** A page that is opened within Alipay, from a life account or a scanned poster: Alipay asks for the money in the page. */

import { goods, sell } from "./shop.js";

sell(goods.water, { more: { payment: { payment_method: "ALIPAY" }, display_locale: "zh-CN" } });
