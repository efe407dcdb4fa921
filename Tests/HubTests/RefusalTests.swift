import Foundation
import Hub
import NIOHTTP1
import Testing

/// What the hub may answer instead of a file.
@Suite struct RefusalTests {
    private let reference: HubReference
    private static let files = [("gemma-Q8_0.gguf", content(1000))]

    init() throws { reference = try HubReference(FakeHub.repository) }

    private func error(_ fake: FakeHub, token: String? = nil, _ reference: HubReference? = nil) async -> HubError? {
        do {
            _ = try await fake.client(token: token).files(for: reference ?? self.reference)
            return nil
        } catch {
            return error as? HubError
        }
    }

    @Test(arguments: [nil, "hf_other"]) func aGatedRepositoryIsNamed(token: String?) async throws {
        let fake = try await FakeHub(Self.files) { $0.token = "hf_secret" }
        #expect(
            await error(fake, token: token)
                == .refused(repository: FakeHub.repository, status: 401, isGated: true, hasToken: token != nil))
    }

    @Test func filesMayBeRefusedThoughTheListingIsPublic() async throws {
        let fake = try await FakeHub(Self.files) {
            $0.hubFaults = [
                ("/resolve/", .init(status: .forbidden, headers: [("X-Error-Code", "GatedRepo")]))
            ]
        }
        #expect(
            await error(fake, token: "hf_a")
                == .refused(repository: FakeHub.repository, status: 403, isGated: true, hasToken: true))
    }

    @Test func anUnknownRepositoryOrRevisionIsNamed() async throws {
        let fake = try await FakeHub(Self.files)
        #expect(await error(fake, try HubReference("owner/other")) == .noRepository("owner/other", hasToken: false))
        fake.change {
            $0.hubFaults = [("/revision/", .init(status: .notFound, headers: [("X-Error-Code", "RevisionNotFound")]))]
        }
        #expect(
            await error(fake, try HubReference("\(FakeHub.repository)@old"))
                == .noRevision("old", repository: FakeHub.repository))
    }

    @Test func anUnknownQuantizationIsAnsweredWithThoseThatExist() async throws {
        let fake = try await FakeHub(Self.files + [("gemma-Q4_0.gguf", content(10))])
        #expect(
            await error(fake, try HubReference("\(FakeHub.repository):Q2_K"))
                == .noQuantization("Q2_K", repository: FakeHub.repository, available: ["Q8_0", "Q4_0"]))
    }

    @Test func aFailureThatPassesIsNotNoticed() async throws {
        let fake = try await FakeHub(Self.files) {
            $0.hubFaults = [
                ("/revision/", .init(status: .serviceUnavailable)), ("/tree/", .init(status: .tooManyRequests)),
                ("/tree/", .init(body: [1, 2, 3], cut: 2)), ("/resolve/", .init(status: .badGateway)),
            ]
            $0.storeFaults = [("/", .init(status: .internalServerError))]
        }
        let events = Events()
        let files = try await fake.client().files(for: reference, report: events.report)
        #expect(try Data(contentsOf: files.model).count == 1000)
        #expect(events.retries == 5)
    }

    @Test func aFailureThatStaysIsReportedAfterFourAttempts() async throws {
        let fake = try await FakeHub(Self.files) {
            $0.hubFaults = Array(repeating: ("/tree/", .init(status: .internalServerError)), count: 9)
        }
        let address = "\(fake.hub.address)/api/models/\(FakeHub.repository)/tree/\(FakeHub.commit)"
        #expect(await error(fake) == .unexpectedStatus(500, address: address))
        #expect(fake.hub.requests.count == 5)
    }

    @Test func aDownloadThatNeverAdvancesEnds() async throws {
        let fake = try await FakeHub(Self.files) {
            $0.storeFaults = Array(repeating: ("/", .init(body: content(1000), cut: 0)), count: 9)
        }
        guard case .unreachable("127.0.0.1", _)? = await error(fake) else {
            Issue.record("no error")
            return
        }
        #expect(fake.store.requests.count == 4)
    }

    @Test(arguments: ["", "ftp://example.org/", "//[", "file:///etc/passwd", "http://user@127.0.0.1/"])
    func aRedirectionThatLeadsNowhereIsRefused(_ location: String) async throws {
        let fake = try await FakeHub(Self.files) {
            $0.hubFaults = [("/resolve/", .init(status: .found, headers: [("Location", location)]))]
        }
        let source = "\(fake.hub.address)/\(FakeHub.repository)/resolve/\(FakeHub.commit)/gemma-Q8_0.gguf"
        #expect(await error(fake) == .refusedRedirection(from: source, to: location))
    }

    @Test func aCircleOfRedirectionsEnds() async throws {
        let fake = try await FakeHub(Self.files) {
            let answer = LocalServer.Answer(status: .found, headers: [("Location", "/owner/gemma-GGUF/resolve/x")])
            $0.hubFaults = Array(repeating: ("/resolve/", answer), count: 20)
        }
        guard case .refusedRedirection? = await error(fake) else {
            Issue.record("no error")
            return
        }
        #expect(fake.hub.requests.count == 11)
    }

    @Test(arguments: ["", "[]", "{", "{\"sha\": \"../../etc\"}", "<html>"])
    func anUnreadableAnswerIsAnError(_ answer: String) async throws {
        let fake = try await FakeHub(Self.files) {
            $0.hubFaults = [("/revision/", .init(body: Array(answer.utf8)))]
        }
        guard case .unreadableAnswer? = await error(fake) else {
            Issue.record("no error")
            return
        }
    }

    @Test func aListingThatIsTooLongIsAnError() async throws {
        let fake = try await FakeHub(Self.files) {
            $0.hubFaults = [("/tree/", .init(body: Array(repeating: 0x20, count: 17 << 20)))]
        }
        #expect(await error(fake) == .answerTooLong(limit: 16 << 20))
    }

    @Test func aNextPageElsewhereIsRefused() async throws {
        let fake = try await FakeHub(Self.files) {
            let link = [("Link", "<http://example.org/api>; rel=\"next\"")]
            $0.hubFaults = [("/tree/", .init(headers: link, body: Array("[]".utf8)))]
        }
        #expect(await error(fake) == .unreadableAnswer(reason: "its next page is at another server"))
    }

    @Test func namesOfTheServerNeverLeaveTheFolder() async throws {
        let names = [
            "../../evil-Q8_0.gguf", "/tmp/evil-Q8_0.gguf", "a/../../b-Q8_0.gguf", "a//b-Q8_0.gguf", "a\\b-Q8_0.gguf",
        ]
        let fake = try await FakeHub(names.map { ($0, content(10)) })
        #expect(await error(fake) == .noModel(repository: FakeHub.repository))
        #expect(fake.store.requests.isEmpty)
    }
}
