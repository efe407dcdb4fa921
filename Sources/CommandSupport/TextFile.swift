import ArgumentParser
import Foundation

/// The bytes of a text file without its last newline, which editors add. llama.cpp does the same.
/// - Parameter path: `-` for standard input.
/// - Throws: `ValidationError`.
package func readText(_ path: String) throws -> Data {
    let handle: FileHandle
    if path == "-" {
        handle = .standardInput
    } else {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ValidationError("cannot open \(path): \(String(cString: strerror(errno)))")
        }
        handle = file
    }
    let data: Data
    do {
        data = try handle.readToEnd() ?? Data()
    } catch {
        throw ValidationError("cannot read \(path): \(error.localizedDescription)")
    }
    return data.last == UInt8(ascii: "\n") ? data.dropLast() : data
}
