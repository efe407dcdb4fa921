import HubFiles

/// What a hub's server may send: lists of files, headers, and addresses. The first byte selects what.
enum HubDoor {
    private static let folder = "/cache/models--owner--name/snapshots/commit/"

    static func run(_ input: [UInt8]) throws {
        guard let kind = input.first else { return }
        let bytes = Array(input.dropFirst())
        let text = String(decoding: bytes, as: UTF8.self)
        switch kind {
        case UInt8(ascii: "l"): try list(bytes)
        case UInt8(ascii: "c"): _ = try RepositoryListing.commit(of: bytes)
        case UInt8(ascii: "n"): _ = LinkHeader.next(in: text).map { $0.utf8.count }
        case UInt8(ascii: "r"): try range(text)
        case UInt8(ascii: "a"): try address(text)
        default: try reference(text)
        }
    }

    /// Chooses among the files of a listing in every way, and looks where they would be written.
    private static func list(_ bytes: [UInt8]) throws {
        let files = try RepositoryListing.files(of: bytes)
        for file in files { try check(file) }
        var failure: HubError?
        for (reference, file) in try [
            (HubReference("owner/name"), nil), (HubReference("owner/name:q8_0"), nil),
            (HubReference("owner/name"), files.first?.path.text),
        ] {
            for role in [GGUFName.Role.model, .drafter] {
                do {
                    let choice = try FileChoice(among: files, for: reference, file: file, as: role)
                    guard !choice.model.isEmpty else { throw Violation("a choice without a model") }
                    let chosen = choice.model + choice.drafter + [choice.projector].compactMap(\.self)
                    guard chosen.allSatisfy(files.contains) else { throw Violation("a file that is not listed") }
                    guard chosen.reduce(0, { $0 + $1.size }) >= 0 else { throw Violation("a negative size") }
                } catch {
                    guard let error = error as? HubError else { throw error }
                    failure = error
                }
            }
        }
        if let failure { throw failure }
    }

    private static func check(_ file: RepositoryFile) throws(Violation) {
        let path = folder + file.path.text
        var depth = 0
        for name in file.path.text.split(separator: "/", omittingEmptySubsequences: false) {
            depth += name == ".." ? -1 : 1
            guard !name.isEmpty, name != ".", depth > 0 else { throw Violation("\(path) leaves its folder") }
        }
        guard !file.path.text.utf8.contains(0), !file.path.text.hasPrefix("/") else {
            throw Violation("\(path) is not below its folder")
        }
        if let blob = file.blob?.text, !blob.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) {
            throw Violation("\(blob) is not a checksum")
        }
    }

    private static func range(_ text: String) throws(Violation) {
        guard let range = ContentRange(text) else { return }
        if let total = range.total, range.bytes.upperBound >= total { throw Violation("a range beyond the end") }
    }

    /// Follows a redirection from a hub over https.
    private static func address(_ text: String) throws {
        let settings = try HubSettings(token: "hf_secret", cacheFolder: "/cache")
        guard let hub = WebAddress(HubSettings.usualEndpoint)?.appending("/owner/name/resolve/main/a.gguf"),
            let target = settings.redirection(from: hub, to: text)
        else { return }
        guard target.isSecure else { throw Violation("\(target) is not secure") }
        guard target.description.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw Violation("\(target) has characters that a request must not have")
        }
        guard let again = WebAddress(target.description), again == target else {
            throw Violation("\(target) changes when it is read again")
        }
        let origins = ["https://huggingface.co/", "https://huggingface.co:443/"]
        guard settings.token(for: target) == nil || origins.contains(where: target.description.hasPrefix) else {
            throw Violation("\(target) would get the token")
        }
    }

    private static func reference(_ text: String) throws {
        let reference = try HubReference(text)
        guard try HubReference(reference.description) == reference else {
            throw Violation("\(reference) changes when it is read again")
        }
        guard !reference.repository.contains("..") else { throw Violation("\(reference) leaves the cache") }
    }

    static let seeds: [(name: String, bytes: [UInt8])] = texts.map { ($0, Array($1.utf8)) }

    private static let texts: [(String, String)] = [
        (
            "listing",
            #"l[{"type":"directory","path":"MTP"},{"type":"file","path":"MTP/gemma-4-12B-it-MTP-Q8_0.gguf","size":5,"#
                + #""oid":"0123456789012345678901234567890123456789"},{"type":"file","path":"#
                + #""gemma-4-12B-it-UD-Q8_0.gguf","size":9,"oid":"0123456789012345678901234567890123456789","lfs":"#
                + #"{"oid":"0123456789012345678901234567890123456789012345678901234567890123","size":9000000000}},"#
                + #"{"type":"file","path":"mmproj-F16.gguf","size":7,"#
                + #""oid":"0123456789012345678901234567890123456789"}]"#
        ),
        (
            "parts",
            #"l[{"type":"file","path":"BF16/gemma-4-E2B-BF16-00001-of-00002.gguf","size":5,"oid":"#
                + #""0123456789012345678901234567890123456789"},{"type":"file","size":6,"path":"#
                + #""BF16/gemma-4-E2B-BF16-00002-of-00002.gguf","oid":"0123456789012345678901234567890123456789"},"#
                + #"{"type":"file","size":6,"path":"gemma-4-E2B-q8_0.gguf","#
                + #""oid":"0123456789012345678901234567890123456789"},{"type":"file","path":"../evil.gguf","size":1}]"#
        ),
        ("commit", #"c{"id":"owner/name","sha":"0123456789012345678901234567890123456789"}"#),
        ("next", #"n<https://huggingface.co/api?cursor=a>; rel="next", </b>; rel=last"#),
        ("range", "rbytes 100-199/1000"),
        ("address", "ahttps://cdn.example.org:8443/a/b?c=d&e=f%20#g"),
        ("relative", "a../c?x=//huggingface.co"),
        ("reference", "?owner/name@refs/pr/1:UD-Q4_K_XL"),
    ]
}
