/** In a phone's browser: WeChat or Alipay opens, and whoever comes back, by the wallet's link or by hand, finds the order as it stands. */

import { goods, sell } from "./shop.js";

sell(goods.power);
