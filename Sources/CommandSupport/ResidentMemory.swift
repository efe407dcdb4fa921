import Foundation

/// What of this process is in memory.
package struct ResidentMemory: Sendable, Hashable {
    /// Pages of mapped files, which the system can drop and read again.
    package let mapped: Int
    /// Memory of the process's own: heap and stacks.
    package let own: Int
    /// The most that both together have been.
    package let peak: Int

    /// Nil where the system does not say.
    package static var current: ResidentMemory? {
        #if os(Linux)
            (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)).flatMap(ResidentMemory.init(status:))
        #elseif canImport(Darwin)
            taskInfo()
        #else
            nil
        #endif
    }

    init(mapped: Int, own: Int, peak: Int) {
        self.mapped = mapped
        self.own = own
        self.peak = peak
    }

    /// From lines such as `RssAnon:      1234 kB`.
    package init?(status: String) {
        var kilobytes: [Substring: Int] = [:]
        for line in status.split(separator: "\n") {
            let words = line.split { $0 == ":" || $0 == " " || $0 == "\t" }
            if words.count == 3, words[2] == "kB" { kilobytes[words[0]] = Int(words[1]) }
        }
        guard let file = kilobytes["RssFile"], let own = kilobytes["RssAnon"], let peak = kilobytes["VmHWM"] else {
            return nil
        }
        self.init(mapped: file * 1024, own: own * 1024, peak: peak * 1024)
    }

    /// Lets the peak begin anew, where the system can.
    package static func resetPeak() {
        #if os(Linux)
            // See clear_refs in proc(5): 5 sets the peak to what is resident now.
            guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
            try? file.write(contentsOf: Data("5".utf8))
            try? file.close()
        #endif
    }

    #if canImport(Darwin)
        private static func taskInfo() -> ResidentMemory? {
            var info = task_vm_info_data_t()
            var count = mach_msg_type_number_t(MemoryLayout<task_vm_info_data_t>.size / MemoryLayout<natural_t>.size)
            let result = withUnsafeMutablePointer(to: &info) { pointer in
                pointer.withMemoryRebound(to: integer_t.self, capacity: Int(count)) {
                    task_info(mach_task_self_, task_flavor_t(TASK_VM_INFO), $0, &count)
                }
            }
            guard result == KERN_SUCCESS else { return nil }
            return ResidentMemory(
                mapped: Int(info.external), own: Int(info.internal), peak: Int(info.resident_size_peak))
        }
    #endif
}

extension ResidentMemory: CustomStringConvertible {
    package var description: String {
        String(
            format: "memory: %.2f GB mapped, %.2f GB own, at most %.2f GB", Double(mapped) / 1e9, Double(own) / 1e9,
            Double(peak) / 1e9)
    }
}
