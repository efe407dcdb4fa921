import Foundation
import Hub
import NIOHTTP1
import Testing

/// Files are found in the cache without the network.
@Suite struct OfflineTests {
    private let reference: HubReference

    init() throws { reference = try HubReference("\(FakeHub.repository):Q8_0") }

    @Test func whatWasDownloadedIsFoundOffline() async throws {
        let fake = try await FakeHub([
            ("gemma-Q8_0.gguf", content(1000)), ("gemma-Q4_0.gguf", content(900)), ("mtp-gemma.gguf", content(50)),
        ])
        let files = try await fake.client().files(for: reference)
        let count = fake.hub.requests.count
        let offline = try fake.client(isOffline: true)
        #expect(try await offline.files(for: reference) == files)
        #expect(files.drafter != nil)
        // Without a quantization what is there is taken, since the usual one is not.
        #expect(try await offline.files(for: HubReference(FakeHub.repository)) == files)
        #expect(try await offline.files(for: HubReference("\(FakeHub.repository)@\(FakeHub.commit)")) == files)
        let other = try HubReference("\(FakeHub.repository):Q4_0")
        await #expect(throws: HubError.notCached("\(other)")) { try await offline.files(for: other) }
        #expect(fake.hub.requests.count == count)
    }

    @Test func theCacheHelpsWhenTheHubFails() async throws {
        let fake = try await FakeHub([("gemma-Q8_0.gguf", content(1000))])
        let files = try await fake.client().files(for: reference)
        fake.change { $0.hubFaults = Array(repeating: ("/revision/", .init(status: .badGateway)), count: 4) }
        let events = Events()
        #expect(try await fake.client().files(for: reference, report: events.report) == files)
        let address = "\(fake.hub.address)/api/models/\(FakeHub.repository)/revision/main"
        #expect(events.all.last == .usingCache(.unexpectedStatus(502, address: address)))
    }

    @Test func aHubThatIsNotThereIsAnErrorIfTheCacheIsEmpty() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        // Port 1 of this machine has no server.
        let hub = try Hub(HubSettings(endpoint: "http://127.0.0.1:1", cacheFolder: folder), FakeHub.timing)
        let error = await #expect(throws: HubError.self) { try await hub.files(for: reference) }
        guard case .unreachable("127.0.0.1", _)? = error else {
            Issue.record("\(error as Any)")
            return
        }
    }

    @Test func filesOfOtherProgramsAreFound() async throws {
        let fake = try await FakeHub([("gemma-Q8_0.gguf", content(1000))])
        // As huggingface_hub leaves them: the reference may end in a newline, and files need not be links.
        let snapshot = fake.cached("snapshots/\(FakeHub.commit)")
        try FileManager.default.createDirectory(at: snapshot, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: fake.cached("refs"), withIntermediateDirectories: true)
        try Data("\(FakeHub.commit)\n".utf8).write(to: fake.cached("refs/main"))
        let model = snapshot.appendingPathComponent("gemma-Q8_0.gguf")
        try Data(content(1000)).write(to: model)
        #expect(try await fake.client(isOffline: true).files(for: reference).model.path == model.path)
        #expect(try await fake.client().files(for: reference).model.path == model.path)
        #expect(fake.store.requests.isEmpty)
    }
}
