/// Signs of eight values in seven bits: the number of negative ones is even.
enum SevenSigns {
    /// The lowest seven bits of `bits`, and the eighth sign.
    @inline(__always)
    static func all(_ bits: UInt32) -> UInt32 {
        let seven = bits & 0x7f
        var parity = seven ^ seven >> 4
        parity ^= parity >> 2
        return seven | ((parity ^ parity >> 1) & 1) << 7
    }
}

extension PanelWords {
    /// The eighth signs of IQ2_XXS and IQ3_XXS included: of the four times seven bits from the lowest on.
    var sevenSigns: Self {
        @inline(__always) get {
            (self & Self(repeating: 0x7f) | shiftedLeft(1) & Self(repeating: 0x7f00)
                | shiftedLeft(2) & Self(repeating: 0x7f_0000) | shiftedLeft(3) & Self(repeating: 0x7f00_0000))
                .withEighthSigns
        }
    }

    /// Each byte's seven bits, and the eighth that makes the number of set bits even.
    var withEighthSigns: Self {
        @inline(__always) get {
            // Only the lowest bit of each byte counts in the end; no bit of the next byte gets there.
            var parity = self ^ shiftedRight(4)
            parity = parity ^ parity.shiftedRight(2)
            parity = parity ^ parity.shiftedRight(1)
            return self | parity.masked(1).shiftedLeft(7)
        }
    }
}
