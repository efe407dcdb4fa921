/// Why a model cannot be had from the hub.
package enum HubError: Error, Sendable, Hashable {
    // What was asked for.
    case invalidReference(String)
    case invalidEndpoint(String)
    /// A token holds something else than visible ASCII characters.
    case invalidToken
    /// The home folder is not known, and no variable names a folder for the cache.
    case noCacheFolder

    // What the hub says.
    /// HTTP 401 or 403.
    /// - Parameter isGated: its owner gives the files only to those who accept the licence.
    case refused(repository: String, status: Int, isGated: Bool, hasToken: Bool)
    /// No such repository, or a private one.
    case noRepository(String, hasToken: Bool)
    case noRevision(String, repository: String)
    case unexpectedStatus(Int, address: String)
    case unreachable(host: String, reason: String)
    case unreadableAnswer(reason: String)
    case answerTooLong(limit: Int)
    /// A redirection that leads from https to http, to something that is not the web, or in circles.
    case refusedRedirection(from: String, to: String)

    // What the repository has.
    /// No GGUF file of a model.
    case noModel(repository: String)
    case noFile(String, repository: String, available: [String])
    case noQuantization(String, repository: String, available: [String])
    case missingPart(file: String, number: Int, count: Int)

    // Downloads.
    case wrongSize(file: String, expected: Int, found: Int)
    /// SHA-256. The file has been deleted.
    case wrongChecksum(file: String, expected: String, found: String)
    /// - Parameter needed: bytes that are still to be written.
    case notEnoughSpace(folder: String, needed: Int, available: Int)
    case fileFailed(path: String, reason: String)
    /// The network may not be used, and the cache lacks the repository, or the file.
    case notCached(String)
}

extension HubError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidReference(let text):
            "\"\(text)\" does not name a repository of the hub; expected OWNER/NAME, OWNER/NAME:QUANTIZATION or "
                + "OWNER/NAME@REVISION:QUANTIZATION"
        case .invalidEndpoint(let text): "\"\(text)\" is not the web address of a hub"
        case .invalidToken: "the hub's token has characters that no token has"
        case .noCacheFolder: "there is no home folder for the cache of downloads"
        case .refused(let repository, let status, let isGated, let hasToken):
            "the hub refuses the files of \(repository) (HTTP \(status)); "
                + (isGated
                    ? "its owner asks to accept a licence first"
                    : hasToken ? "the token gives no right to read it" : "it is private or does not exist")
        case .noRepository(let repository, let hasToken):
            "the hub has no repository \(repository)" + (hasToken ? ", or the token gives no right to read it" : "")
        case .noRevision(let revision, let repository): "\(repository) has no branch, tag or commit \(revision)"
        case .unexpectedStatus(let status, let address): "HTTP \(status) from \(address)"
        case .unreachable(let host, let reason): "\(host) cannot be reached: \(reason)"
        case .unreadableAnswer(let reason): "the hub's answer cannot be read: \(reason)"
        case .answerTooLong(let limit): "the hub's answer is longer than \(limit) bytes"
        case .refusedRedirection(let source, let target): "\(source) leads to \(target), which is not followed"
        case .noModel(let repository): "\(repository) has no model in a GGUF file"
        case .noFile(let file, let repository, let available):
            "\(repository) has no GGUF file \(file); it has \(HubError.list(available))"
        case .noQuantization(let quantization, let repository, let available):
            "\(repository) has no model in \(quantization); it has \(HubError.list(available))"
        case .missingPart(let file, let number, let count):
            "part \(number) of \(count) is missing beside \(file)"
        case .wrongSize(let file, let expected, let found):
            "\(file) should have \(expected) bytes, and \(found) arrived"
        case .wrongChecksum(let file, let expected, let found):
            "\(file) arrived damaged and was deleted: its SHA-256 should be \(expected) and is \(found)"
        case .notEnoughSpace(let folder, let needed, let available):
            "\(needed) bytes are still to be written to \(folder), where \(available) are free"
        case .fileFailed(let path, let reason): "\(path): \(reason)"
        case .notCached(let what): "\(what) has not been downloaded yet, and the network is not used"
        }
    }

    private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
