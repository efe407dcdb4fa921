import Foundation

/// How much memory this process occupies, in bytes.
package struct ResidentMemory: Sendable, Hashable {
    /// Pages of mapped files: the system can drop them and read them again.
    package let mapped: Int
    /// The process's own memory: heap and stacks.
    package let own: Int
    /// The largest sum of both so far.
    package let peak: Int

    /// Nil if the system does not tell.
    package static var current: ResidentMemory? {
        #if os(Linux)
            ProcFile.text("/proc/self/status").flatMap(ResidentMemory.init(status:))
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

    /// From the text of /proc/self/status, with lines such as `RssAnon:      1234 kB`.
    package init?(status: String) {
        let bytes = ProcFile.bytes(in: status)
        guard let mapped = bytes["RssFile"], let own = bytes["RssAnon"], let peak = bytes["VmHWM"] else { return nil }
        self.init(mapped: mapped, own: own, peak: peak)
    }

    /// Resets the peak to what is resident now, where the system supports that.
    package static func resetPeak() {
        #if os(Linux)
            // proc(5), clear_refs: 5 resets the peak.
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
