import Foundation
import Synchronization

/// Files that a signal handler must know: those this process has mapped, and those it is writing.
///
/// Only executables handle signals, so nothing is recorded before `begin`. A handler must not lock, allocate or count
/// references. It therefore follows a linked list whose entries are added at the front and never freed. An entry is
/// marked when its file is closed; this leaks a few bytes for each file that a command opens.
package struct WatchedFiles: ~Copyable, @unchecked Sendable {  // entries never change, except for atomics
    /// Mapped files, to attribute a SIGBUS by its address.
    package static let mapped = WatchedFiles()
    /// Unfinished files, which must be removed if the process ends.
    package static let unfinished = WatchedFiles()

    private let isRecording = Atomic(false)
    private let head = Atomic<UnsafeMutablePointer<Entry>?>(nil)

    fileprivate struct Entry: ~Copyable {
        let path: UnsafePointer<CChar>
        let addresses: Range<UInt>
        let next: UnsafeMutablePointer<Entry>?
        let isOver = Atomic(false)
    }

    /// A file in the list, until `end`.
    struct Watch: @unchecked Sendable {  // the entry is never freed, and only an atomic of it changes
        fileprivate let entry: UnsafeMutablePointer<Entry>?

        func end() { entry?.pointee.isOver.store(true, ordering: .releasing) }
    }

    /// Records files from now on.
    package func begin() { isRecording.store(true, ordering: .relaxed) }

    func add(_ path: String, addresses: UnsafeRawBufferPointer? = nil) -> Watch {
        guard isRecording.load(ordering: .relaxed), let copy = strdup(path) else { return Watch(entry: nil) }
        let start = UInt(bitPattern: addresses?.baseAddress)
        let range = start..<start + UInt(addresses?.count ?? 0)
        let entry = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
        var next = head.load(ordering: .relaxed)
        while true {
            entry.initialize(to: Entry(path: copy, addresses: range, next: next))
            let (isDone, now) = head.compareExchange(expected: next, desired: entry, ordering: .acquiringAndReleasing)
            if isDone { return Watch(entry: entry) }
            next = now
        }
    }

    // MARK: - For handlers

    /// The path of the file that is mapped at `address`.
    package func path(at address: UnsafeRawPointer?) -> UnsafePointer<CChar>? {
        var found: UnsafePointer<CChar>?
        forEach { path, addresses in
            if found == nil, addresses.contains(UInt(bitPattern: address)) { found = path }
        }
        return found
    }

    /// Deletes all files in the list.
    package func unlinkAll() { forEach { path, _ in unlink(path) } }

    private func forEach(_ body: (UnsafePointer<CChar>, Range<UInt>) -> Void) {
        var next = head.load(ordering: .acquiring)
        while let entry = next {
            if !entry.pointee.isOver.load(ordering: .acquiring) { body(entry.pointee.path, entry.pointee.addresses) }
            next = entry.pointee.next
        }
    }
}
