/** The methods as Adyen's API names them; nothing is asked of Adyen's servers for them. */
export const settings = {
  clientKey: 'test_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  environment: 'test',
  countryCode: 'SG',
  locale: 'en-US',
  amount: { value: 80000, currency: 'SGD' },
  analytics: { enabled: false },
  paymentMethodsResponse: {
    paymentMethods: [
      { type: 'wechatpayQR', name: 'WeChat Pay' },
      { type: 'promptpay', name: 'PromptPay' },
      { type: 'paynow', name: 'PayNow' },
      { type: 'duitnow', name: 'DuitNow' },
    ],
  },
  onSubmit: () => {},
  onError: () => {},
}
