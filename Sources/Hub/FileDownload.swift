import AsyncHTTPClient
import Foundation
import HubFiles
import NIOCore
import Platform

/// The download of one file.
struct FileDownload: Sendable {
    let connection: Connection
    let cache: Cache
    let reference: HubReference
    let commit: ObjectName
    let meter: Meter

    /// Bytes that are collected before they are written.
    private static let pieceSize = 1 << 20

    /// - Returns: the path of the file in the cache.
    /// - Throws: `HubError` or `CancellationError`. What has arrived stays, unless it is wrong.
    func run(_ file: RepositoryFile) async throws -> String {
        if let path = cache.downloaded(file, commit) {
            meter.skip(file.size)
            return path
        }
        guard let name = file.blob else { throw HubError.notCached(file.path.text) }
        let blob = cache.blob(name)
        try Cache.makeFolder(of: blob)
        try Cache.makeFolder(of: cache.lock(name))
        let lock = try await failingAsHubError(cache.lock(name)) {
            try await FileLock.acquire(cache.lock(name)) { connection.report(.waiting(file: file.path.text)) }
        }
        defer { withExtendedLifetime(lock) {} }
        // Perhaps by the process that was waited for.
        if Cache.size(blob) == file.size {
            meter.skip(file.size)
        } else {
            try await failingAsHubError(PartialFile.path(of: blob)) { try await fetch(file, PartialFile(of: blob)) }
        }
        try cache.link(file.path, commit, to: name)
        return cache.file(file.path, commit)
    }

    private func failingAsHubError<Result>(
        _ path: String, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch {
            if let error = error as? SystemError { throw HubError.fileFailed(path: path, reason: "\(error)") }
            throw error
        }
    }

    // MARK: - Content

    private func fetch(_ file: RepositoryFile, _ partial: PartialFile) async throws {
        let name = file.path.text
        while try await connection.blocking({ try partial.check() }) { try Task.checkCancellation() }
        // More than the file has is of something else.
        if partial.count > file.size { try partial.clear() }
        meter.add(partial.count, to: name)

        var failures = 0
        while partial.count < file.size {
            let start = partial.count
            do {
                try await receive(file, partial)
            } catch {
                failures = partial.count > start ? 1 : failures + 1
                try await connection.pause(after: failures, error)
            }
        }
        guard partial.count == file.size else {
            partial.remove()
            throw HubError.wrongSize(file: name, expected: file.size, found: partial.count)
        }
        if let expected = file.checksum?.text, partial.checksum != expected {
            partial.remove()
            throw HubError.wrongChecksum(file: name, expected: expected, found: partial.checksum)
        }
        try await connection.blocking { try partial.finish() }
    }

    /// Appends what one request gives, from the end of the file on.
    private func receive(_ file: RepositoryFile, _ partial: PartialFile) async throws {
        let place = "/\(reference.repository)/resolve/\(commit)/\(file.path.percentEncoded)"
        guard let address = connection.settings.endpoint.appending(place) else {
            throw HubError.unreadableAnswer(reason: "\(file.path) is no web address")
        }
        let (response, source) = try await connection.get(address, from: partial.count)
        try await accept(response, source, file, partial)
        var piece = ByteBuffer()
        do {
            for try await part in response.body {
                piece.writeImmutableBuffer(part)
                let found = partial.count + piece.readableBytes
                guard found <= file.size else {
                    partial.remove()
                    throw HubError.wrongSize(file: file.path.text, expected: file.size, found: found)
                }
                guard piece.readableBytes >= FileDownload.pieceSize else { continue }
                try await append(piece, of: file, to: partial)
                piece.clear()
            }
        } catch {
            // What arrived before the connection broke is not lost.
            if !(error is HubError) { try await append(piece, of: file, to: partial) }
            try await connection.failingAsHubError(source) { throw error }
        }
        try Task.checkCancellation()
        try await append(piece, of: file, to: partial)
        guard partial.count == file.size else {
            throw HubError.unreachable(host: source.host, reason: "the connection ended early")
        }
    }

    /// Sees to it that the answer continues the file, or begins it anew.
    private func accept(
        _ response: HTTPClientResponse, _ source: WebAddress, _ file: RepositoryFile, _ partial: PartialFile
    ) async throws {
        switch response.status.code {
        case 200:
            // The server does not continue files.
            guard partial.count > 0 else { return }
            meter.add(-partial.count, to: file.path.text)
            try partial.clear()
        case 206:
            let range = response.headers.first(name: "Content-Range").flatMap(ContentRange.init)
            guard let range, range.bytes.lowerBound == partial.count, range.total ?? file.size == file.size else {
                throw HubError.unreadableAnswer(reason: "it is not the part of \(file.path) that was asked for")
            }
        default:
            throw HubError(
                status: Int(response.status.code), code: response.headers.first(name: "X-Error-Code"),
                address: source, reference: reference, hasToken: connection.settings.token != nil)
        }
    }

    private func append(_ piece: ByteBuffer, of file: RepositoryFile, to partial: PartialFile) async throws {
        guard piece.readableBytes > 0 else { return }
        do {
            try await connection.blocking { try piece.withUnsafeReadableBytes { try partial.append($0) } }
        } catch {
            guard let error = error as? SystemError else { throw error }
            throw HubError.fileFailed(path: file.path.text, reason: "\(error)")
        }
        meter.add(piece.readableBytes, to: file.path.text)
    }
}
