import Foundation

/// The memory that this process may use, in bytes.
package struct SystemMemory: Sendable, Hashable {
    /// All physical memory and swap, or less if a limit is set.
    package let total: Int
    /// What is free now.
    package let available: Int

    package init(total: Int, available: Int) {
        self.total = total
        self.available = min(available, total)
    }

    /// The memory of this machine, now.
    ///
    /// On Linux: /proc/meminfo, capped by the limit of a container's control group and by what the process's own limits
    /// (`ulimit -v`, `-d`) leave. Elsewhere: all physical memory.
    package static var current: SystemMemory {
        let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        #if os(Linux)
            let lines = ProcFile.text("/proc/meminfo").map(ProcFile.bytes(in:)) ?? [:]
            let (memory, swap) = (lines["MemTotal"] ?? physical, lines["SwapTotal"] ?? 0)
            let limit = limits.min() ?? .max
            return SystemMemory(
                total: min(memory + swap, limit),
                available: min((lines["MemAvailable"] ?? memory) + (lines["SwapFree"] ?? 0), limit))
        #else
            return SystemMemory(total: physical, available: physical)
        #endif
    }
}

#if os(Linux)
    extension SystemMemory {
        /// The limits that are set.
        private static var limits: [Int] {
            // statm counts pages: first the address space, sixth the data (proc(5)).
            let used = (ProcFile.text("/proc/self/statm") ?? "").split(separator: " ").map { (Int($0) ?? 0) * pageSize }
            let process = [
                left(of: RLIMIT_AS, used: used.first ?? 0), left(of: RLIMIT_DATA, used: used.count > 5 ? used[5] : 0),
            ]
            // What a container has used of its limit is ignored: that is mostly cached pages of files, which the system
            // reclaims on demand. Without a limit the files say "max", or hold a number close to the largest possible.
            let groups = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
                .map { ProcFile.text($0).flatMap { Int($0.filter { !$0.isWhitespace }) } }
            return (process + groups).compactMap { $0 }
        }

        private static let pageSize = sysconf(Int32(_SC_PAGESIZE))

        private static func left(of resource: __rlimit_resource, used: Int) -> Int? {
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max else {
                return nil
            }
            return max(0, Int(clamping: limit.rlim_cur) - used)
        }
    }
#endif
