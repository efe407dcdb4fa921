internal import Foundation
internal import Synchronization

/// The lines of a file or pipe, each read when it is asked for, on a thread of its own.
package struct InputLines: AsyncSequence, Sendable {
    package typealias Element = String

    private let reader: LineReader

    /// - Parameter descriptor: stays open.
    package init(descriptor: Int32) { reader = LineReader(descriptor: descriptor) }

    package func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: LineReader

        package mutating func next() async -> String? {
            let reader = reader
            return await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: reader.next()) }
            }
        }
    }
}

private final class LineReader: Sendable {
    fileprivate struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
    }

    private let descriptor: Int32
    private let state = Mutex(State())

    /// A line is cut here: nobody means one that is longer.
    private static let longest = 64 << 20

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Nil at the end.
    func next() -> String? {
        state.withLock { state in
            var searched = 0
            while true {
                if let end = state.bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                    return state.take(end, dropping: 1)
                }
                if state.bytes.count >= Self.longest { return state.take(Self.longest, dropping: 0) }
                if state.hasEnded { return state.bytes.isEmpty ? nil : state.take(state.bytes.count, dropping: 0) }
                searched = state.bytes.count
                read(into: &state)
            }
        }
    }

    private func read(into state: inout State) {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        let count = Foundation.read(descriptor, &piece, piece.count)
        if count > 0 {
            state.bytes += piece.prefix(count)
        } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
            state.hasEnded = true
        } else if errno == EAGAIN {
            // Another program has made the file's reads return at once.
            var place = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&place, 1, -1)
        }
    }
}

extension LineReader.State {
    fileprivate mutating func take(_ count: Int, dropping more: Int) -> String {
        defer { bytes.removeFirst(count + more) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
