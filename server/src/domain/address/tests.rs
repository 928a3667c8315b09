use super::*;

#[track_caller]
fn ip(text: &str) -> IpAddr {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn public_addresses_are_called_in_both_modes() {
    for text in [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ] {
        assert!(Reach::Public.may_call(ip(text)), "{text}");
        assert!(Reach::WithPrivate.may_call(ip(text)), "{text}");
    }
}

#[test]
fn private_and_loopback_addresses_are_called_in_test_mode_only() {
    for text in [
        "127.0.0.1",
        "127.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:7f00:1",
        "fc00::1",
        "fd12:3456::1",
    ] {
        assert!(!Reach::Public.may_call(ip(text)), "{text}");
        assert!(Reach::WithPrivate.may_call(ip(text)), "{text}");
    }
}

#[test]
fn some_addresses_are_never_called() {
    for text in [
        "0.0.0.0",
        "0.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "168.63.129.16",
        "169.254.0.1",
        "169.254.169.254",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::8.8.8.8",
        "64:ff9b:0:0:1::8.8.8.8",
        "100::1",
        "2001::1",
        "2001:1ff::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::",
        "3fff:fff::1",
        "fd00:ec2::254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
    ] {
        assert!(!Reach::Public.may_call(ip(text)), "{text}");
        assert!(!Reach::WithPrivate.may_call(ip(text)), "{text}");
    }
}

#[test]
fn live_addresses_are_https_public_and_on_the_ports_of_the_web() {
    for right in [
        "https://shop.example/hook",
        "https://shop.example:8443/hook?a=b",
        "https://8.8.8.8/",
        "https://[2606:4700::1]/",
        "https://xn--bcher-kva.example/",
    ] {
        assert!(Reach::Public.read(right).is_ok(), "{right}");
    }
    for wrong in [
        "",
        "hook",
        "//shop.example/",
        "http://shop.example/",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https:shop.example",
        "https:///shop.example",
        "https://shop.example:22/",
        "https://shop.example:80/",
        "https://shop.example:9200/",
        "https://user@shop.example/",
        "https://user:password@shop.example/",
        "https://shop.example/#fragment",
        "https://shop.example\\@evil.example/",
        "https://shop.example/a b",
        "https://shop.example/\t",
        "https://böcher.example/",
        "https://localhost/",
        "https://localhost./",
        "https://LOCALHOST/",
        "https://a.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://router/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://0/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://100.100.100.200/",
        "https://169.254.169.254/latest/meta-data/",
        "https://0xa9fea9fe/",
        "https://2852039166/",
        "https://%31%32%37.0.0.1/",
        "https://１２７.0.0.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[0:0:0:0:0:ffff:a9fe:a9fe]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1]/",
        "https://[fd00:ec2::254]/",
        "https://[ff02::1]/",
    ] {
        let read = Reach::Public.read(wrong);
        assert!(read.is_err(), "{wrong} is read as {read:?}");
    }
}

#[test]
fn test_mode_allows_http_and_private_hosts_but_no_metadata() {
    for right in [
        "http://127.0.0.1:4242/hook",
        "http://localhost:3000/hook",
        "http://192.168.1.20:8080/",
        "http://[::1]:3000/",
        "https://shop.example/",
        "http://host.docker.internal:3000/",
    ] {
        assert!(Reach::WithPrivate.read(right).is_ok(), "{right}");
    }
    for wrong in [
        "http://169.254.169.254/",
        "http://[fd00:ec2::254]/",
        "http://0.0.0.0:80/",
        "http://100.100.100.200/",
        "ftp://127.0.0.1/",
        "http://a@127.0.0.1/",
        "http://127.0.0.1:0/",
    ] {
        assert!(Reach::WithPrivate.read(wrong).is_err(), "{wrong}");
    }
}
