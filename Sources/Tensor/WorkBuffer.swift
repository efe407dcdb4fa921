internal import TensorBase

/// Memory for the duration of an operation. It grows on demand.
struct WorkBuffer {
    private var memory = FloatBuffer(constantCount: 0)

    var count: Int { memory.count }

    /// Makes room for `count` floats.
    mutating func reserve(_ count: Int) throws(TensorError) {
        if memory.count < count { memory = try FloatBuffer(count: count) }
    }

    /// At least `count` uninitialised floats. Call `reserve` first: otherwise this allocates, and traps if memory runs
    /// out.
    mutating func floats(_ count: Int) -> FloatBuffer {
        if memory.count < count { memory = FloatBuffer(constantCount: count) }
        return memory
    }
}
