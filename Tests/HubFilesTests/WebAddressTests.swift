import HubFiles
import Testing

@Suite struct WebAddressTests {
    @Test func partsOfAnAddressAreRead() throws {
        let address = try #require(WebAddress("HTTPS://Example.ORG/a/b?c=d#e"))
        #expect(address.isSecure && address.host == "example.org" && address.port == 443 && address.path == "/a/b?c=d")
        #expect(address.description == "https://example.org/a/b?c=d")
        #expect(address.withoutQuery == "https://example.org/a/b")
        #expect(WebAddress("http://[::1]:8080")?.description == "http://[::1]:8080/")
        #expect(WebAddress("https://example.org:8443?x")?.description == "https://example.org:8443/?x")
    }

    @Test(arguments: [
        "", "example.org", "ftp://example.org", "https://", "https:///a", "https://a b", "https://user@example.org",
        "https://example.org:0", "https://example.org:65536", "https://example.org:+1", "https://example.org:x",
        "https://[::1", "https://[::1]x", "https://a\\b", "https://example.org/\r\nX: y", "https://é.org",
        "https://a/é",
    ])
    func anythingElseIsRefused(_ text: String) { #expect(WebAddress(text) == nil) }

    @Test func referencesAreResolved() throws {
        let base = try #require(WebAddress("https://example.org/a/b?c=/d"))
        #expect(base.resolving("https://other.org/x")?.description == "https://other.org/x")
        #expect(base.resolving("//other.org/x")?.description == "https://other.org/x")
        #expect(base.resolving("/x?y")?.description == "https://example.org/x?y")
        #expect(base.resolving("x:y") == nil && base.resolving("javascript:alert(1)") == nil)
        #expect(base.resolving("x/y:z")?.description == "https://example.org/a/x/y:z")
    }

    @Test func theTokenIsForTheHubOnly() throws {
        let settings = try HubSettings(endpoint: "https://hub.org/mirror/", token: "t", cacheFolder: "")
        for (text, isHub) in [
            ("https://hub.org/x", true), ("https://HUB.org:443/x", true), ("http://hub.org/x", false),
            ("https://hub.org:8443/x", false), ("https://cdn.hub.org/x", false), ("https://hub.org.evil.com/x", false),
        ] {
            let address = try #require(WebAddress(text))
            #expect((settings.token(for: address) == "t") == isHub, "\(text)")
        }
        #expect(settings.endpoint.appending("/a")?.description == "https://hub.org/mirror/a")
    }

    @Test func nothingLeadsFromASecureHubToAnOpenServer() throws {
        let secure = try HubSettings(cacheFolder: "")
        let file = try #require(WebAddress("https://huggingface.co/f"))
        #expect(secure.redirection(from: file, to: "http://cdn.org/f") == nil)
        #expect(secure.redirection(from: file, to: "https://cdn.org/f") != nil)
        let open = try HubSettings(endpoint: "http://localhost:80", cacheFolder: "")
        #expect(open.redirection(from: open.endpoint, to: "http://cdn.org/f") != nil)
        #expect(open.redirection(from: open.endpoint, to: "") == nil)
    }
}

@Suite struct HeaderTests {
    @Test func theNextPageIsFoundAmongLinks() {
        #expect(LinkHeader.next(in: #"<https://a.org/x?cursor=a,b;c>; rel="next""#) == "https://a.org/x?cursor=a,b;c")
        #expect(LinkHeader.next(in: #"<a>; rel="prev", <b>; title=x; REL=next"#) == "b")
        #expect(LinkHeader.next(in: #"<a>; rel="last next""#) == "a")
        for text in ["", "<a>", "<a>; rel=prev", "a; rel=next", "<a; rel=next", "<a>; rel=nextpage"] {
            #expect(LinkHeader.next(in: text) == nil, "\(text)")
        }
    }

    @Test func aRangeIsReadIfItMakesSense() {
        #expect(ContentRange("bytes 5-9/10")?.bytes == 5...9)
        #expect(ContentRange("bytes 5-9/10")?.total == 10 && ContentRange("bytes 0-0/*")?.total == nil)
        for text in ["", "bytes */10", "bytes 9-5/10", "bytes 5-10/10", "items 5-9/10", "bytes -5-9/10", "bytes 5-9"] {
            #expect(ContentRange(text) == nil, "\(text)")
        }
    }
}
