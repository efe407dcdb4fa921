import Foundation
import FuzzTargets
import Synchronization

// libFuzzer (https://llvm.org/docs/LibFuzzer.html) provides the main function, which calls the three functions below:
//
//     gemma-fuzz gguf -max_total_time=60 Fuzz/Corpus/gguf

/// The door of this process. Global, since libFuzzer does not pass any context.
private let door = Mutex(FuzzTarget.gguf)

private let doorVariable = "GEMMA_FUZZ_DOOR"

/// Removes the name of the door from the arguments. The rest is for libFuzzer.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    // For some jobs libFuzzer starts itself again, without the name.
    if let inherited = getenv(doorVariable).flatMap({ FuzzTarget(rawValue: String(cString: $0)) }) {
        door.withLock { $0 = inherited }
        return 0
    }
    let name = count.pointee > 1 ? arguments.pointee[1].map { String(cString: $0) } : nil
    guard let target = name.flatMap(FuzzTarget.init) else {
        let doors = FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")
        FileHandle.standardError.write(
            Data("usage: gemma-fuzz \(doors) [--write-seeds] [libFuzzer's options] [folders]\n".utf8))
        exit(2)
    }
    if count.pointee == 4, let folder = arguments.pointee[3],
        arguments.pointee[2].map({ String(cString: $0) }) == "--write-seeds"
    {
        exit(writeSeeds(of: target, to: String(cString: folder)))
    }
    door.withLock { $0 = target }
    setenv(doorVariable, target.rawValue, 1)
    arguments.pointee[1] = arguments.pointee[0]
    arguments.pointee += 1
    count.pointee -= 1
    return 0
}

/// Writes the seeds, which are generated in code.
private func writeSeeds(of target: FuzzTarget, to folder: String) -> CInt {
    do {
        let folder = URL(fileURLWithPath: folder, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, bytes) in try target.seeds() { try Data(bytes).write(to: folder.appendingPathComponent(name)) }
        return 0
    } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        return 1
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
func feed(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        _ = try door.withLock { $0 }.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        fatalError("\(error)")  // libFuzzer reports this as a finding
    }
    return 0
}

/// Replaces some of libFuzzer's own mutations.
@_cdecl("LLVMFuzzerCustomMutator")
func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int, _ seed: CUnsignedInt) -> Int {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    // Every other time, arbitrary changes find what structured ones do not.
    guard seed & 1 == 0, let output = door.withLock({ $0 }).mutated(input, seed: UInt64(seed)),
        output.count <= capacity
    else { return libFuzzerMutate(bytes, count, capacity) }
    bytes.update(from: output, count: output.count)
    return output.count
}

@_extern(c, "LLVMFuzzerMutate")
private func libFuzzerMutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int) -> Int
