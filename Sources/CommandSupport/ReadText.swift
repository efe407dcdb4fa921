import ArgumentParser
import Foundation
internal import Logging

/// The text of a file, as UTF-8 and as it is but for one final newline, which editors add. UTF-16 with a byte order
/// mark is converted. Logs a warning for each `TextRemark`.
/// - Parameter path: `-` for standard input.
/// - Throws: `ValidationError`.
package func readText(_ path: String) throws -> Data {
    let file = TextFile(try readBytes(path))
    for remark in file.remarks {
        Logger(label: "gemma").warning("\(path == "-" ? "standard input" : path) \(remark)")
    }
    return file.text
}

/// All bytes of a file.
/// - Parameters:
///   - path: `-` for standard input.
///   - limit: the most bytes that are read. Devices such as /dev/zero never end.
/// - Throws: `ValidationError`.
package func readBytes(_ path: String, limit: Int = 1 << 30) throws -> Data {
    let handle: FileHandle
    if path == "-" {
        handle = .standardInput
    } else {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ValidationError("cannot open \(path): \(String(cString: strerror(errno)))")
        }
        handle = file
        var status = stat()
        if fstat(file.fileDescriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw ValidationError("\(path) is a folder")
        }
    }
    var data = Data()
    do {
        while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
            data += part
            guard data.count <= limit else { throw ValidationError("\(path) has more than \(limit >> 20) MiB") }
        }
    } catch let error as ValidationError {
        throw error
    } catch {
        throw ValidationError("cannot read \(path): \(error.localizedDescription)")
    }
    return data
}
