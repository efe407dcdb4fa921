import Foundation

/// The memory that this process may use, in bytes.
package struct SystemMemory: Sendable, Hashable {
    /// What could be had if nobody else used any: physical memory and swap, or less where a limit is set.
    package let total: Int
    /// What can be had now.
    package let available: Int

    package init(total: Int, available: Int) {
        self.total = total
        self.available = min(available, total)
    }

    /// As the system says: on Linux by /proc/meminfo, the limit of a container's control group, and what is left below the
    /// process's own limits (`ulimit -v`, `-d`); elsewhere all of the physical memory.
    package static var current: SystemMemory {
        let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        #if os(Linux)
            let lines = text("/proc/meminfo").map(bytes(in:)) ?? [:]
            let (memory, swap) = (lines["MemTotal"] ?? physical, lines["SwapTotal"] ?? 0)
            let limit = limits.min() ?? .max
            return SystemMemory(
                total: min(memory + swap, limit),
                available: min((lines["MemAvailable"] ?? memory) + (lines["SwapFree"] ?? 0), limit))
        #else
            return SystemMemory(total: physical, available: physical)
        #endif
    }

    /// Bytes by name, from lines such as `MemTotal:       16384 kB`.
    package static func bytes(in lines: String) -> [Substring: Int] {
        var bytes: [Substring: Int] = [:]
        for line in lines.split(separator: "\n") {
            let words = line.split { $0 == ":" || $0 == " " || $0 == "\t" }
            guard words.count == 3, words[2] == "kB", let count = Int(words[1]) else { continue }
            bytes[words[0]] = count.multipliedReportingOverflow(by: 1024).overflow ? .max : count * 1024
        }
        return bytes
    }
}

#if os(Linux)
    extension SystemMemory {
        private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

        /// Each limit that is set.
        private static var limits: [Int] {
            // Pages of address space, and of data (proc(5)).
            let used = (text("/proc/self/statm") ?? "").split(separator: " ").map { (Int($0) ?? 0) * pageSize }
            let process = [
                left(of: RLIMIT_AS, used: used.first ?? 0), left(of: RLIMIT_DATA, used: used.count > 5 ? used[5] : 0),
            ]
            // What a container has used of its limit is mostly pages of files, which it gives back. Where no limit is set,
            // the files say "max", or a number near the largest.
            let groups = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
                .map { text($0).flatMap { Int($0.filter { !$0.isWhitespace }) } }
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
