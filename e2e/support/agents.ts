/** How the browsers call themselves in which shoppers open a checkout. */

const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)'
const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const pixel = 'Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP4A.250205.002; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0'

export const agents = {
  pc: `${windows} Chrome/142.0.0.0 Safari/537.36`,
  iphone: `${iphone} Version/18.5 Mobile/15E148 Safari/604.1`,
  android: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  tablet: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  wechatOnIphone: `${iphone} Mobile/15E148 MicroMessenger/8.0.53(0x18003531) NetType/WIFI Language/zh_CN`,
  wechatOnAndroid: `${pixel} MMWEBID/1234 MicroMessenger/8.0.53.2740(0x28003537) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64`,
  wechatOnPc: `${windows} Chrome/132.0.0.0 Safari/537.36 NetType/WIFI MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat(0x63090a13) UnifiedPCWindowsWechat(0xf2541022) XWEB/16467 Flue`,
  alipay: `${iphone} Mobile/15E148 AliApp(AP/10.6.60.6000) AlipayClient/10.6.60.6000 Language/zh-Hans`,
  unionpay: `${iphone} Mobile/15E148 (com.unionpay.chsp) (cordova 4.5.4) (updebug 0) (version 1024) (UnionPay/1.0 CloudPay) (clientVersion 324) (language zh_CN) (languageFamily zh_CN) (upHtml) (walletMode 00)`,
  miniProgram: `${iphone} Mobile/15E148 MicroMessenger/8.0.53(0x18003531) NetType/WIFI Language/zh_CN miniProgram/wx0123456789abcdef`,
  miniProgramOnPc: `${windows} Chrome/132.0.0.0 Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI MiniProgramEnv/Windows WindowsWechat/WMPF WindowsWechat(0x63090a13) UnifiedPCWindowsWechat(0xf2541923) XWEB/19823`,
}

/** A phone in somebody's hand. */
export const phone = { isMobile: true, hasTouch: true, viewport: { width: 375, height: 740 } }
