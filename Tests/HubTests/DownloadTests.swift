import Foundation
import Hub
import NIOHTTP1
import Synchronization
import Testing

/// Content that differs from place to place.
func content(_ count: Int, seed: Int = 1) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 31 &+ seed) ^ ($0 >> 8)) }
}

/// What a download reports.
final class Events: Sendable {
    private let events = Mutex<[HubEvent]>([])

    var all: [HubEvent] { events.withLock(\.self) }
    var progress: [DownloadProgress] {
        all.compactMap { if case .progress(let progress) = $0 { progress } else { nil } }
    }
    var retries: Int { all.count { if case .retrying = $0 { true } else { false } } }

    @Sendable func report(_ event: HubEvent) { events.withLock { $0.append(event) } }
}

@Suite struct DownloadTests {
    private let reference: HubReference

    init() throws { reference = try HubReference(FakeHub.repository) }

    @Test func aModelIsDownloadedWithItsDrafterIntoTheSharedLayout() async throws {
        let (model, drafter, other) = (content(3_000_000), content(5_000, seed: 2), content(4_000, seed: 3))
        let fake = try await FakeHub([
            ("MTP/gemma-MTP-Q8_0.gguf", drafter), ("README.md", []), ("gemma-BF16.gguf", other),
            ("gemma-Q4_K_M.gguf", model), ("mmproj-gemma-F16.gguf", other),
        ])
        let events = Events()
        let files = try await fake.client().files(for: reference, report: events.report)

        #expect(try [UInt8](Data(contentsOf: files.model)) == model)
        #expect(try files.drafter.map { try [UInt8](Data(contentsOf: $0)) } == drafter)
        #expect(files.projector == nil)
        #expect(files.model.path == fake.cached("snapshots/\(FakeHub.commit)/gemma-Q4_K_M.gguf").path)
        let manager = FileManager.default
        #expect(
            try manager.destinationOfSymbolicLink(atPath: files.model.path)
                == "../../blobs/\(FakeHub.checksum(model))")
        #expect(
            try manager.destinationOfSymbolicLink(atPath: #require(files.drafter).path)
                == "../../../blobs/\(FakeHub.checksum(drafter))")
        #expect(try String(contentsOf: fake.cached("refs/main"), encoding: .utf8) == FakeHub.commit)
        #expect(
            try Set(manager.contentsOfDirectory(atPath: fake.cached("blobs").path))
                == [FakeHub.checksum(model), FakeHub.checksum(drafter)])
        let sum = model.count + drafter.count
        #expect(events.progress.last == events.progress.max { $0.completedBytes < $1.completedBytes })
        #expect(events.progress.last?.completedBytes == sum && events.progress.allSatisfy { $0.totalBytes == sum })
    }

    @Test func whatIsInTheCacheIsNotDownloadedAgain() async throws {
        let fake = try await FakeHub([("gemma-Q8_0.gguf", content(1000))])
        let first = try await fake.client().files(for: reference)
        #expect(fake.store.requests.count == 1)
        #expect(try await fake.client().files(for: reference) == first)
        #expect(fake.store.requests.count == 1)
        // A blob that another program has downloaded under another commit is only linked.
        try FileManager.default.removeItem(at: first.model)
        #expect(try await fake.client().files(for: reference) == first)
        #expect(fake.store.requests.count == 1)
    }

    @Test func theTokenIsSentToTheHubAndToNoOtherHost() async throws {
        let fake = try await FakeHub([("gemma-Q8_0.gguf", content(1000))]) { $0.token = "hf_secret" }
        _ = try await fake.client(token: "hf_secret").files(for: reference)
        #expect(fake.hub.requests.count == 3)
        #expect(fake.hub.requests.allSatisfy { $0.headers.first(name: "Authorization") == "Bearer hf_secret" })
        #expect(fake.store.requests.count == 1)
        #expect(!fake.store.requests.contains { "\($0.headers) \($0.path)".contains("hf_secret") })
    }

    @Test func aBrokenConnectionIsContinuedWhereItEnded() async throws {
        let model = content(3_000_000)
        let fake = try await FakeHub([("gemma-Q8_0.gguf", model)]) {
            $0.storeFaults = [("/", .init(body: model, cut: 1_500_000))]
        }
        let events = Events()
        let files = try await fake.client().files(for: reference, report: events.report)
        #expect(try [UInt8](Data(contentsOf: files.model)) == model)
        #expect(fake.store.requests.map { $0.headers.first(name: "Range") == nil } == [true, false])
        #expect(events.retries == 1)
    }

    @Test func aStalledConnectionIsGivenUpAndContinued() async throws {
        let model = content(3_000_000)
        let fake = try await FakeHub([("gemma-Q8_0.gguf", model)]) {
            $0.storeFaults = [("/", .init(body: model, cut: 2_000_000, isSilent: true))]
        }
        let files = try await fake.client().files(for: reference)
        #expect(try [UInt8](Data(contentsOf: files.model)) == model)
        #expect(fake.store.requests.count == 2)
    }

    @Test(arguments: [true, false]) func anotherRunContinuesADownload(hasRanges: Bool) async throws {
        let model = content(100_000)
        let fake = try await FakeHub([("gemma-Q8_0.gguf", model)]) { $0.hasRanges = hasRanges }
        let partial = fake.cached("blobs/\(FakeHub.checksum(model)).incomplete")
        try FileManager.default.createDirectory(
            at: partial.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(model.prefix(60_000)).write(to: partial)
        let events = Events()
        let files = try await fake.client().files(for: reference, report: events.report)
        #expect(try [UInt8](Data(contentsOf: files.model)) == model)
        #expect(fake.store.requests.map { $0.headers.first(name: "Range") } == ["bytes=60000-"])
        #expect(events.progress.first?.completedBytes == 60_000 && events.progress.last?.completedBytes == model.count)
        #expect(!FileManager.default.fileExists(atPath: partial.path))
    }

    @Test func aFileThatArrivesDamagedIsDeleted() async throws {
        let model = content(1000)
        let wrong = String(repeating: "b", count: 64)
        let fake = try await FakeHub([("gemma-Q8_0.gguf", model)]) { $0.statedChecksum = wrong }
        await #expect(
            throws: HubError.wrongChecksum(
                file: "gemma-Q8_0.gguf", expected: wrong, found: FakeHub.checksum(model))
        ) { try await fake.client().files(for: reference) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: fake.cached("blobs").path) == [])
    }

    @Test func moreThanTheFileHasIsRefused() async throws {
        let fake = try await FakeHub([("gemma-Q8_0.gguf", content(1000))]) {
            $0.storeFaults = [("/", .init(body: content(1001)))]
        }
        await #expect(throws: HubError.wrongSize(file: "gemma-Q8_0.gguf", expected: 1000, found: 1001)) {
            try await fake.client().files(for: reference)
        }
    }

    @Test func aPartThatWasNotAskedForIsRefused() async throws {
        let model = content(1000)
        let fake = try await FakeHub([("gemma-Q8_0.gguf", model)]) {
            let range = [("Content-Range", "bytes 100-1000/1001")]
            $0.storeFaults = [("/", .init(status: .partialContent, headers: range, body: model))]
        }
        await #expect(
            throws: HubError.unreadableAnswer(reason: "it is not the part of gemma-Q8_0.gguf that was asked for")
        ) { try await fake.client().files(for: reference) }
    }

    @Test func allPartsOfAModelAreDownloaded() async throws {
        let names = (1...3).map { "BF16/gemma-BF16-0000\($0)-of-00003.gguf" }
        let fake = try await FakeHub(names.enumerated().map { ($1, content(500 + $0)) }) { $0.filesPerPage = 2 }
        let files = try await fake.client().files(for: HubReference("\(FakeHub.repository):bf16"))
        #expect(files.model == fake.cached("snapshots/\(FakeHub.commit)/\(names[0])"))
        for name in names {
            #expect(FileManager.default.fileExists(atPath: fake.cached("snapshots/\(FakeHub.commit)/\(name)").path))
        }
        // The listing has two pages.
        #expect(fake.hub.requests.count { $0.path.contains("/tree/") } == 2)
    }

    @Test func twoDownloadsOfTheSameFileDoNotDisturbEachOther() async throws {
        let model = content(2_000_000)
        let fake = try await FakeHub([("gemma-Q8_0.gguf", model)])
        try await withThrowingTaskGroup(of: ModelFiles.self) { group in
            for _ in 0..<4 { group.addTask { try await fake.client().files(for: reference) } }
            for try await files in group { #expect(try [UInt8](Data(contentsOf: files.model)) == model) }
        }
        #expect(fake.store.requests.count == 1)
    }

    @Test func aCancelledDownloadLeavesWhatHasArrived() async throws {
        let model = content(3_000_000)
        let fake = try await FakeHub([("gemma-Q8_0.gguf", model)]) {
            $0.storeFaults = [("/", .init(body: model, cut: 2_500_000, isSilent: true))]
        }
        let (started, continuation) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await fake.client().files(for: reference) { event in
                if case .progress(let progress) = event, progress.completedBytes > 0 { continuation.yield() }
            }
        }
        for await _ in started { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let partial = fake.cached("blobs/\(FakeHub.checksum(model)).incomplete")
        let left = try [UInt8](Data(contentsOf: partial))
        #expect(!left.isEmpty && left == Array(model.prefix(left.count)))
        #expect(try await [UInt8](Data(contentsOf: fake.client().files(for: reference).model)) == model)
    }

    @Test func projectorsAreDownloadedOnRequest() async throws {
        let fake = try await FakeHub([("gemma-Q8_0.gguf", content(1000)), ("mmproj-gemma-F16.gguf", content(10))])
        let files = try await fake.client().files(for: reference, with: [.projector])
        #expect(files.projector?.lastPathComponent == "mmproj-gemma-F16.gguf")
        #expect(fake.store.requests.count == 2)
    }

    @Test func aFileThatDoesNotFitTheDiskIsNotBegun() async throws {
        let fake = try await FakeHub([]) {
            let listing = """
                [{"type": "file", "path": "gemma-Q8_0.gguf", "size": 17000000000000, "oid": "\(FakeHub.commit)",
                "lfs": {"oid": "\(String(repeating: "c", count: 64))", "size": 17000000000000}}]
                """
            $0.hubFaults = [("/tree/", .init(body: Array(listing.utf8)))]
        }
        let error = await #expect(throws: HubError.self) { try await fake.client().files(for: reference) }
        guard case .notEnoughSpace(_, 17_000_000_000_000, _)? = error else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: fake.cached("").path))
    }
}
