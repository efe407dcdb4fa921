/// An address that files may be fetched from: http or https, a host, and a path, in ASCII. It holds no password, and no
/// character that ends a line of a request.
package struct WebAddress: Sendable, Hashable, CustomStringConvertible {
    package let isSecure: Bool
    /// In lower case.
    package let host: String
    package let port: Int
    /// The path and the query; begins with `/`.
    package let path: String

    private static let longest = 16 << 10

    /// - Returns: nil for what is no such address.
    package init?(_ text: String) {
        guard text.utf8.count <= WebAddress.longest,
            text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\\") })
        else { return nil }
        let lower = text.prefix(8).lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else { return nil }
        let rest = text.dropFirst(scheme.utf8.count)
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        guard let (host, port) = WebAddress.hostAndPort(rest[..<end]) else { return nil }
        isSecure = scheme == "https://"
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
        let path = rest[end...].prefix { $0 != "#" }
        self.path = path.first == "/" ? String(path) : "/\(path)"
    }

    /// The parts of `host`, `host:port`, `[address]` or `[address]:port`; nil for anything else.
    private static func hostAndPort(_ text: Substring) -> (host: String, port: Int?)? {
        let isNumeric = text.first == "["
        let closing = text.firstIndex(of: "]").map(text.index(after:))
        guard let end = isNumeric ? closing : text.firstIndex(of: ":") ?? text.endIndex else { return nil }
        let host = text[..<end]
        let inner = isNumeric ? host.dropFirst().dropLast() : host
        let others = isNumeric ? ":." : "-._"
        guard 1...253 ~= inner.utf8.count,
            inner.utf8.allSatisfy({ $0.isLetterOrDigit || others.utf8.contains($0) })
        else { return nil }
        let rest = text[end...]
        guard let colon = rest.first else { return (host.lowercased(), nil) }
        let digits = rest.dropFirst()
        guard colon == ":", let port = Int(digits: digits), 1...65535 ~= port
        else { return nil }
        return (host.lowercased(), port)
    }

    package var description: String { origin + path }

    /// The address without its path.
    package var origin: String {
        let usualPort = isSecure ? 443 : 80
        return (isSecure ? "https://" : "http://") + host + (port == usualPort ? "" : ":\(port)")
    }

    /// For messages: what follows a question mark may hold a signature that gives access.
    package var withoutQuery: String { origin + path.prefix { $0 != "?" } }

    /// Whether both are of the same server.
    package func hasSameOrigin(as other: WebAddress) -> Bool {
        (isSecure, host, port) == (other.isSecure, other.host, other.port)
    }

    /// This address with more behind its path. For addresses without a query.
    /// - Parameter suffix: begins with `/`; nothing in it needs to be escaped.
    package func appending(_ suffix: String) -> WebAddress? {
        WebAddress(origin + (path.last == "/" ? String(path.dropLast()) : path) + suffix)
    }

    /// Where a reference that was found at this address leads, such as the target of a redirection.
    /// - Returns: nil if it is not an address that files may be fetched from.
    package func resolving(_ reference: String) -> WebAddress? {
        if reference.hasPrefix("//") { return WebAddress((isSecure ? "https:" : "http:") + reference) }
        if reference.hasPrefix("/") { return WebAddress(origin + reference) }
        // A scheme ends in a colon, which may not come before the first slash of a path.
        let start = reference.prefix { !"/?#".contains($0) }
        if start.contains(":") { return WebAddress(reference) }
        let folder = path.prefix { $0 != "?" }
        let slash = folder.lastIndex(of: "/") ?? folder.startIndex
        return WebAddress(origin + folder[...slash] + reference)
    }
}
