import Checksum
import Foundation
import Hub
import HubFiles
import JSON
import NIOHTTP1
import Synchronization

/// Two servers that answer as the hub and its store of large files do, with one repository, and a cache folder.
final class FakeHub: Sendable {
    static let repository = "owner/gemma-GGUF"
    static let commit = String(repeating: "0123456789", count: 4)

    let hub: LocalServer
    let store: LocalServer
    let cache: URL
    private let state: State

    struct Behaviour: Sendable {
        /// In the order of the listing.
        var files: [(path: String, content: [UInt8])] = []
        var filesPerPage = 1000
        /// The hub refuses whoever does not send it.
        var token: String?
        /// What the hub answers instead, once each, to requests whose path has the text.
        var hubFaults: [(path: String, answer: LocalServer.Answer)] = []
        /// The same for the store of large files.
        var storeFaults: [(path: String, answer: LocalServer.Answer)] = []
        /// Whether files are continued.
        var hasRanges = true
        /// The checksum that the listing states for every file, instead of its own.
        var statedChecksum: String?
    }

    init(_ files: [(path: String, content: [UInt8])], _ change: (inout Behaviour) -> Void = { _ in }) async throws {
        var start = Behaviour(files: files)
        change(&start)
        cache = FileManager.default.temporaryDirectory.appendingPathComponent("hub-\(UUID().uuidString)")
        let state = State(start)
        self.state = state
        let store = try await LocalServer { request in
            state.behaviour.withLock { FakeHub.storeAnswer(request, &$0) }
        }
        self.store = store
        hub = try await LocalServer { request in
            state.behaviour.withLock { FakeHub.hubAnswer(request, store.address, &$0) }
        }
    }

    deinit { try? FileManager.default.removeItem(at: cache) }

    func change(_ body: @Sendable (inout Behaviour) -> Void) { state.behaviour.withLock { body(&$0) } }

    /// A client of this hub that does not wait long.
    func client(token: String? = nil, isOffline: Bool = false) throws -> Hub {
        try Hub(
            HubSettings(endpoint: hub.address, token: token, cacheFolder: cache.path, isOffline: isOffline),
            FakeHub.timing)
    }

    static var timing: Timing {
        var timing = Timing()
        timing.silence = .seconds(5)
        timing.firstPause = .milliseconds(1)
        return timing
    }

    /// Files in the repository's folder of the cache.
    func cached(_ path: String) -> URL {
        cache.appendingPathComponent("models--owner--gemma-GGUF").appendingPathComponent(path)
    }

    static func checksum(_ content: [UInt8]) -> String {
        var hash = SHA256()
        content.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }

    // MARK: - Answers

    private static func fault(
        _ request: LocalServer.Request, _ faults: inout [(path: String, answer: LocalServer.Answer)]
    ) -> LocalServer.Answer? {
        faults.firstIndex { request.path.contains($0.path) }.map { faults.remove(at: $0).answer }
    }

    private static func hubAnswer(
        _ request: LocalServer.Request, _ store: String, _ behaviour: inout Behaviour
    ) -> LocalServer.Answer {
        if let answer = fault(request, &behaviour.hubFaults) { return answer }
        if let token = behaviour.token, request.headers.first(name: "Authorization") != "Bearer \(token)" {
            return .init(status: .unauthorized, headers: [("X-Error-Code", "GatedRepo")])
        }
        let api = "/api/models/\(repository)"
        if request.path == "\(api)/revision/main" {
            return .init(body: Array(#"{"id": "\#(repository)", "sha": "\#(commit)", "siblings": []}"#.utf8))
        }
        if request.path.hasPrefix("\(api)/tree/\(commit)?recursive=true") { return page(request.path, behaviour) }
        let resolve = "/\(repository)/resolve/\(commit)/"
        if request.path.hasPrefix(resolve),
            let file = behaviour.files.first(where: { $0.path == request.path.dropFirst(resolve.count) })
        {
            let checksum = checksum(file.content)
            return .init(
                status: .found,
                headers: [
                    ("Location", "\(store)/\(checksum)?signature=secret"), ("X-Repo-Commit", commit),
                    ("X-Linked-Etag", "\"\(checksum)\""), ("X-Linked-Size", "\(file.content.count)"),
                ], body: Array("Found".utf8))
        }
        return .init(status: .notFound, headers: [("X-Error-Code", "RepoNotFound")])
    }

    /// One page of the listing. The cursor is the number of its first file.
    private static func page(_ path: String, _ behaviour: Behaviour) -> LocalServer.Answer {
        let start = path.split(separator: "cursor=").dropFirst().first.flatMap { Int($0) } ?? 0
        let files = behaviour.files.dropFirst(start).prefix(behaviour.filesPerPage)
        let entries = files.map { file -> JSONValue in
            [
                "type": "file", "oid": .string(String(repeating: "a", count: 40)),
                "size": .number(JSONNumber(file.content.count)), "path": .string(file.path),
                "lfs": [
                    "oid": .string(behaviour.statedChecksum ?? checksum(file.content)),
                    "size": .number(JSONNumber(file.content.count)), "pointerSize": 130,
                ],
            ]
        }
        let folder: JSONValue = ["type": "directory", "oid": .string(commit), "size": 0, "path": "folder"]
        var answer = LocalServer.Answer(body: Array(JSONValue.array([folder] + entries).json.utf8))
        if files.endIndex < behaviour.files.count {
            let next = "/api/models/\(repository)/tree/\(commit)?recursive=true&cursor=\(files.endIndex)"
            answer.headers.append(("Link", "<\(next)>; rel=\"next\""))
        }
        return answer
    }

    private static func storeAnswer(
        _ request: LocalServer.Request, _ behaviour: inout Behaviour
    ) -> LocalServer.Answer {
        if let answer = fault(request, &behaviour.storeFaults) { return answer }
        guard let file = behaviour.files.first(where: { request.path.hasPrefix("/\(checksum($0.content))") }) else {
            return .init(status: .forbidden)
        }
        guard behaviour.hasRanges, let range = request.headers.first(name: "Range"),
            let start = range.split(separator: "=").last.flatMap({ Int($0.dropLast()) }), start < file.content.count
        else { return .init(body: file.content) }
        return .init(
            status: .partialContent,
            headers: [("Content-Range", "bytes \(start)-\(file.content.count - 1)/\(file.content.count)")],
            body: Array(file.content.dropFirst(start)))
    }
}

/// Shared by the two servers.
private final class State: Sendable {
    let behaviour: Mutex<FakeHub.Behaviour>

    init(_ behaviour: FakeHub.Behaviour) { self.behaviour = Mutex(behaviour) }
}
