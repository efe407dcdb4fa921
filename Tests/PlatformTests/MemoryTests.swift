import Platform
import Testing

@Suite struct MemoryTests {
    @Test func thereIsSomeMemoryAndNoMoreAvailableThanInAll() {
        let memory = SystemMemory.current
        #expect(memory.available > 0 && memory.available <= memory.total)
    }

    @Test func residentMemoryIsReadFromTheProcessStatus() throws {
        let status = """
            Name:\tgemma-bench
            VmHWM:\t    6000 kB
            HugetlbPages:\t       0 kB and more
            RssAnon:\t    1000 kB
            RssFile:\t    4000 kB
            Threads:\t2
            """
        let memory = try #require(ResidentMemory(status: status))
        #expect(memory.own == 1_024_000 && memory.mapped == 4_096_000 && memory.peak == 6_144_000)
        #expect(ResidentMemory(status: "RssAnon: 1 kB") == nil)
    }

    @Test func anAmountThatOverflowsCountsAsTheLargest() throws {
        let status = """
            VmHWM: 9223372036854775807 kB
            RssAnon: many kB
            RssAnon: 1 kB
            RssFile: 2 kB
            """
        let memory = try #require(ResidentMemory(status: status))
        #expect(memory.own == 1024 && memory.mapped == 2048 && memory.peak == .max)
    }
}
