import AsyncHTTPClient
import HubFiles
import NIOCore
import NIOPosix
import Platform

/// Threads and sockets for one download, and what requests have in common.
struct Connection: Sendable {
    let settings: HubSettings
    let timing: Timing
    let report: @Sendable (HubEvent) -> Void
    private let client: HTTPClient
    /// For reading and writing files, which block.
    private let pool: NIOThreadPool

    /// The longest way from the hub to a file.
    private static let redirectionLimit = 8

    /// Calls `body` with a connection, and ends all of its threads afterwards.
    static func with<Result: Sendable>(
        _ settings: HubSettings, _ timing: Timing, _ report: @escaping @Sendable (HubEvent) -> Void,
        _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(timing.connection), read: TimeAmount(timing.silence)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(
                try await body(
                    Connection(settings: settings, timing: timing, report: report, client: client, pool: pool)))
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()
        try? await pool.shutdownGracefully()
        try? await group.shutdownGracefully()
        return try result.get()
    }

    /// Runs what reads or writes files on a thread that may block.
    func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await pool.runIfActive(body)
    }

    // MARK: - Requests

    /// The answer to a GET request, whatever its status. Redirections are followed; the token goes to the hub only.
    /// - Returns: the answer, and the address that it is from.
    /// - Throws: `HubError` or `CancellationError`.
    func get(_ start: WebAddress, from offset: Int = 0) async throws -> (HTTPClientResponse, WebAddress) {
        var address = start
        for _ in 0...Connection.redirectionLimit {
            let response = try await answer(from: address, offset)
            guard [301, 302, 303, 307, 308].contains(response.status.code) else { return (response, address) }
            let location = response.headers.first(name: "Location") ?? ""
            guard let target = settings.redirection(from: address, to: location) else {
                throw HubError.refusedRedirection(
                    from: address.withoutQuery, to: String(location.prefix { $0 != "?" }.prefix(200)))
            }
            address = target
        }
        throw HubError.refusedRedirection(from: start.withoutQuery, to: address.withoutQuery)
    }

    private func answer(from address: WebAddress, _ offset: Int) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address.description)
        request.headers.add(name: "User-Agent", value: "swift-gemma")
        // Sizes and positions are those of the file.
        request.headers.add(name: "Accept-Encoding", value: "identity")
        if offset > 0 { request.headers.add(name: "Range", value: "bytes=\(offset)-") }
        if let token = settings.token(for: address) {
            request.headers.add(name: "Authorization", value: "Bearer \(token)")
        }
        return try await failingAsHubError(address) {
            try await client.execute(request, timeout: TimeAmount(timing.connection + timing.silence))
        }
    }

    /// The whole content of an answer.
    /// - Throws: `HubError.answerTooLong`.
    func content(of response: HTTPClientResponse, from address: WebAddress, limit: Int) async throws -> [UInt8] {
        try await failingAsHubError(address) {
            var bytes: [UInt8] = []
            for try await part in response.body {
                guard bytes.count + part.readableBytes <= limit else { throw HubError.answerTooLong(limit: limit) }
                bytes.append(contentsOf: part.readableBytesView)
            }
            try Task.checkCancellation()
            return bytes
        }
    }

    /// Makes errors of the network `HubError.unreachable`.
    func failingAsHubError<Result>(
        _ address: WebAddress, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch {
            // A cancelled request fails in various ways.
            try Task.checkCancellation()
            if error is HubError { throw error }
            throw HubError.unreachable(host: address.host, reason: Connection.reason(of: error))
        }
    }

    private static func reason(of error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout: "no connection in time"
        case let error as HTTPClientError where [.readTimeout, .deadlineExceeded].contains(error): "no answer in time"
        case let error as HTTPClientError where error == .remoteConnectionClosed: "the connection ended early"
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason(of: $0.error) } ?? "the name of the host is not known"
        case let error as IOError: "\(SystemError(error.errnoCode))"
        default: "\(error)"
        }
    }

    // MARK: - Repetition

    /// Repeats what fails for a reason that may pass.
    /// - Parameter isUrgent: whether there is something else to do than to wait: then nothing is repeated.
    func persistently<Result>(isUrgent: Bool, _ body: () async throws -> Result) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await body()
            } catch {
                if isUrgent { throw error }
                try await pause(after: attempt, error)
            }
            attempt += 1
        }
    }

    /// Waits before the next attempt.
    /// - Parameter attempt: how many have failed in a row.
    /// - Throws: `error`, if another attempt is no use.
    func pause(after attempt: Int, _ error: any Error) async throws {
        guard let failure = error as? HubError, failure.mayPass, attempt < timing.attempts else { throw error }
        report(.retrying(failure))
        try await Task.sleep(for: timing.pause(after: attempt))
    }
}

extension TimeAmount {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
