/// Which hub is asked, in whose name, and where files are kept.
package struct HubSettings: Sendable, Hashable {
    /// The web address of the hub.
    package var endpoint: WebAddress
    /// Sent to the endpoint's own host and to no other.
    package var token: String?
    /// The folder of the cache that programs for the hub share.
    package var cacheFolder: String
    /// Uses nothing but the cache.
    package var isOffline: Bool

    package static let usualEndpoint = "https://huggingface.co"

    /// - Throws: `HubError.invalidEndpoint` or `HubError.invalidToken`.
    package init(
        endpoint: String = usualEndpoint, token: String? = nil, cacheFolder: String, isOffline: Bool = false
    ) throws(HubError) {
        guard let address = WebAddress(endpoint), !address.path.contains("?") else { throw .invalidEndpoint(endpoint) }
        self.endpoint = address
        self.token = try HubSettings.checkedToken(token)
        (self.cacheFolder, self.isOffline) = (cacheFolder, isOffline)
    }

    /// The settings that other programs for the hub take from the same variables.
    ///
    /// The endpoint is `HF_ENDPOINT`. The token is `HF_TOKEN` or what the file `HF_TOKEN_PATH`, by default
    /// `$HF_HOME/token`, holds. The cache is `LLAMA_CACHE`, `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`, `$HF_HOME/hub`,
    /// `$XDG_CACHE_HOME/huggingface/hub` or `~/.cache/huggingface/hub`, whichever is set first.
    /// - Parameters:
    ///   - environment: variables and their values. Empty ones count as not set.
    ///   - home: the user's home folder, if there is one.
    ///   - read: the content of a file; nil if there is none.
    /// - Throws: `HubError`.
    package init(
        environment: [String: String], home: String?, read: (_ path: String) -> String?
    ) throws(HubError) {
        func variable(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }.map { value in
                guard let home, value == "~" || value.hasPrefix("~/") else { return value }
                return home + value.dropFirst()
            }
        }
        func isOn(_ names: String...) -> Bool {
            names.contains { ["1", "on", "yes", "true"].contains(environment[$0]?.lowercased()) }
        }
        let folder =
            variable("HF_HOME")
            ?? (variable("XDG_CACHE_HOME") ?? home.map { "\($0)/.cache" }).map {
                "\($0)/huggingface"
            }
        guard
            let cache = variable("LLAMA_CACHE", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? folder.map({ "\($0)/hub" })
        else { throw .noCacheFolder }
        var token = variable("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
        if token == nil, let path = variable("HF_TOKEN_PATH") ?? folder.map({ "\($0)/token" }) { token = read(path) }
        try self.init(
            endpoint: variable("HF_ENDPOINT", "MODEL_ENDPOINT") ?? HubSettings.usualEndpoint,
            token: isOn("HF_HUB_DISABLE_IMPLICIT_TOKEN") ? nil : token, cacheFolder: cache,
            isOffline: isOn("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
    }

    /// A token as it may be sent: without white space around it; nil if it is empty.
    /// - Throws: `HubError.invalidToken` for what could be mistaken for another header.
    package static func checkedToken(_ text: String?) throws(HubError) -> String? {
        guard let text else { return nil }
        let isSpace = { (byte: UInt8) in byte == 0x20 || 0x09...0x0D ~= byte }
        let bytes = text.utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        guard !bytes.isEmpty else { return nil }
        guard bytes.count <= 4096, bytes.allSatisfy({ 0x21...0x7E ~= $0 }) else { throw .invalidToken }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The token, if it may be sent to an address: only to the hub itself.
    package func token(for address: WebAddress) -> String? { address.hasSameOrigin(as: endpoint) ? token : nil }

    /// Where a redirection leads.
    /// - Returns: nil if it may not be followed. From a hub over https nothing leads to plain http.
    package func redirection(from address: WebAddress, to location: String) -> WebAddress? {
        guard !location.isEmpty, let target = address.resolving(location), target.isSecure || !endpoint.isSecure else {
            return nil
        }
        return target
    }
}
