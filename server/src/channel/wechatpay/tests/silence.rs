//! A WeChat Pay that takes our question for its certificates and is silent: how long anybody waits.

use std::time::Duration;

use tokio::time::Instant;

use super::certificates::{found, world};
use super::*;

/// Three at once: each was not sent, for a reason with these words, and all of them know it within this time.
pub(in crate::channel::wechatpay) async fn three_are_not_sent(
    wechatpay: &Wechatpay,
    words: &str,
    within: Duration,
) {
    let begun = Instant::now();
    let (pay, query, other) = tokio::join!(
        async { wechatpay.pay(&payment(), &asking()).await.err() },
        async { found(wechatpay).await.err() },
        async { found(wechatpay).await.err() },
    );
    for why in [pay, query, other] {
        let is_so = matches!(&why, Some(ChannelError::NotSent(told)) if told.contains(words));
        assert!(is_so, "{why:?}");
    }
    assert!(begun.elapsed() < within, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn nobody_waits_for_more_than_one_fetch_and_a_late_list_counts() {
    let (wechatpay, world) = world(|_| ()).await;
    world.hang(true);
    let words = "has not sent them within two seconds";
    three_are_not_sent(&wechatpay, words, Duration::from_secs(3)).await;
    assert_eq!(world.fetched(), 1);
    // The silence ends while the fetch is under way that all of them gave up on.
    world.hang(false);
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound));
    assert_eq!(world.fetched(), 1);
}
