//! The words that a field may be.

use serde::Deserialize;
use utoipa::ToSchema;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $word:ident,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
            #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
            pub enum $name { $($(#[$about])* $word,)* }
        )*
    };
}

words! {
    /// `PURCHASE`, the usual one, is one payment. `RECURRING` begins payments that are charged again later; no channel
    /// of this version stores what that needs, so it is refused by name.
    PaymentType {
        /// One payment.
        Purchase,
        /// The first of several.
        Recurring,
    }
    /// The amount is final.
    AuthorisationType {
        /// Final.
        FinalAuth,
    }
    /// The money is taken at once.
    CaptureMethod {
        /// At once.
        Automatic,
    }
    /// How the page is shown; `HOSTED` is the usual one.
    SessionMode {
        /// On Florin's own page.
        Hosted,
        /// The whole list in the merchant's page.
        DropIn,
        /// Single methods, placed by the merchant.
        Component,
    }
    /// What a stored way to pay is for.
    TokenUsage {
        /// The shopper is there and pays again.
        CardOnFile,
        /// The merchant charges by itself.
        Subscription,
    }
    /// What becomes of a payment that arrives after its session ended.
    LateSuccess {
        /// It is given back.
        Reverse,
        /// It is accepted, if the amount is right and nothing else was.
        Accept,
    }
    /// What a person says of money that a channel would not return.
    Outcome {
        /// The shopper has it back, by another way.
        Returned,
        /// The merchant keeps it.
        Kept,
    }
    /// Which sessions an endpoint hears of.
    EndpointSessions {
        /// Those that name no address of their own.
        WithoutNotifyUrl,
        /// All.
        All,
    }
    /// Where the shopper is.
    Scene {
        /// At a computer, the usual one.
        Pc,
        /// In a phone's browser.
        Mobile,
        /// In WeChat.
        Wechat,
        /// In Alipay.
        Alipay,
        /// In UnionPay.
        Unionpay,
        /// On a page within a mini-program, where nothing can be paid.
        MiniProgram,
        /// In WeChat's mini-program itself.
        WechatMiniProgram,
        /// In Alipay's mini-program itself.
        AlipayMiniProgram,
        /// In a native app.
        App,
        /// At the counter.
        InStore,
    }
    /// How money that goes back stands.
    ReversalStatus {
        /// On its way.
        Processing,
        /// Back.
        Success,
        /// Not possible.
        Fail,
        /// A person must see to it.
        Manual,
        /// Kept, as a person said.
        Kept,
    }
    /// How a delivery stands.
    DeliveryStatus {
        /// It will be tried.
        Pending,
        /// Its endpoint is disabled.
        Held,
        /// Delivered.
        Done,
        /// Given up.
        Dead,
    }
}
