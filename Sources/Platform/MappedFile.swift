import Foundation

/// A file mapped read-only into memory; unmapped when the last reference goes away.
final class MappedFile {
    let bytes: UnsafeRawBufferPointer
    private let watch: WatchedFiles.Watch

    init(_ url: URL) throws(MappingError) {
        let path = url.path
        // O_NONBLOCK: opening a named pipe would otherwise wait for a writer.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(SystemError()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(SystemError()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegularFile }
        guard status.st_size > 0 else { throw .emptyFile }
        let size = Int(status.st_size)
        guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw .system(SystemError())
        }
        bytes = UnsafeRawBufferPointer(start: base, count: size)
        watch = WatchedFiles.mapped.add(path, addresses: bytes)
    }

    deinit {
        watch.end()
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }
}

/// Why a file cannot be mapped.
package enum MappingError: Error, Equatable, Sendable {
    case system(SystemError)
    case notRegularFile
    case emptyFile
}

extension MappingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .notRegularFile: "not a regular file"
        case .emptyFile: "the file is empty"
        }
    }
}
