/** Where the shop's own server is, which makes the orders, and where Florin is. No secret key comes here. */
App({ shop: "http://127.0.0.1:4242", florin: "http://127.0.0.1:8080" });
