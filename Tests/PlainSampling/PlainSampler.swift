import Foundation
package import Sampling

/// The samplers as they are defined, in double precision and without regard to speed: what the package's are compared
/// with.
package struct PlainSampler {
    package var options: SamplingOptions
    /// The token sequences of DRY's sequence breakers.
    package var breakers: [[Int32]]

    package init(_ options: SamplingOptions, breakers: [[Int32]] = []) {
        self.options = options
        self.breakers = breakers
    }

    /// A token that can be drawn.
    private struct Candidate {
        let token: Int32
        var logit: Double
    }

    /// The probabilities of the tokens after `text`.
    /// - Parameters:
    ///   - coin: whether XTC takes place.
    ///   - mu: mirostat's.
    package func probabilities(
        _ logits: [Float], after text: [Int32], coin: Bool = false, mu: Double = 0
    ) -> [Int32: Double] {
        var candidates = logits.enumerated().map { Candidate(token: Int32($0), logit: Double($1)) }
        for (token, bias) in options.logitBias { candidates[Int(token)].logit += Double(bias) }
        candidates.removeAll { $0.logit == -.infinity }
        if case .version2 = options.mirostat {
            candidates = tempered(candidates)
            let surprises = softmax(candidates).map { -log2($0) }
            let kept = candidates.indices.filter { surprises[$0] <= mu }
            candidates = kept.isEmpty ? [sorted(candidates)[0]] : kept.map { candidates[$0] }
        } else {
            for kind in options.samplers { candidates = apply(kind, to: candidates, text, coin) }
        }
        return Dictionary(uniqueKeysWithValues: zip(candidates.map(\.token), softmax(candidates)))
    }

    /// The same with XTC's coin unknown.
    package func mixture(_ logits: [Float], after text: [Int32], mu: Double = 0) -> [Int32: Double] {
        let share = Double(options.xtc.probability)
        var result = probabilities(logits, after: text, coin: false, mu: mu).mapValues { $0 * (1 - share) }
        for (token, probability) in probabilities(logits, after: text, coin: true, mu: mu) {
            result[token, default: 0] += share * probability
        }
        return result.filter { $0.value > 0 }
    }

    /// Mirostat's mu before the first token, and after a token that had `probability`.
    package var firstMu: Double {
        guard case .version2(_, let entropy) = options.mirostat else { return 0 }
        return 2 * Double(entropy)
    }

    package func mu(after mu: Double, probability: Double) -> Double {
        guard case .version2(let learningRate, let entropy) = options.mirostat else { return 0 }
        return mu - Double(learningRate) * (-log2(probability) - Double(entropy))
    }

    // MARK: - Definitions

    private func apply(_ kind: SamplerKind, to all: [Candidate], _ text: [Int32], _ coin: Bool) -> [Candidate] {
        switch kind {
        case .penalties: return penalized(all, text)
        case .dry: return driedOut(all, text)
        case .topNSigma:
            guard options.topNSigma > 0 else { return all }
            let mean = all.map(\.logit).reduce(0, +) / Double(all.count)
            let variance = all.map { ($0.logit - mean) * ($0.logit - mean) }.reduce(0, +) / Double(all.count)
            let limit = (all.map(\.logit).max() ?? 0) - Double(options.topNSigma) * variance.squareRoot()
            return all.filter { $0.logit >= limit }
        case .topK: return options.topK == 0 ? all : Array(sorted(all).prefix(options.topK))
        case .typicalP:
            guard options.typicalP < 1 else { return all }
            let p = softmax(all)
            let entropy = p.map { $0 > 0 ? -$0 * log($0) : 0 }.reduce(0, +)
            let places = all.indices.sorted { abs(-log(p[$0]) - entropy) < abs(-log(p[$1]) - entropy) }
            return leading(places, { p[$0] }) { $0 > Double(options.typicalP) }.map { all[$0] }
        case .topP:
            guard options.topP < 1 else { return all }
            let falling = sorted(all)
            let p = softmax(falling)
            return leading(Array(p.indices), { p[$0] }) { $0 >= Double(options.topP) }.map { falling[$0] }
        case .minP:
            let falling = sorted(all)
            let p = softmax(falling)
            let places = p.indices.filter { p[$0] >= Double(options.minP) * p[0] || $0 < options.minKeep }
            return places.map { falling[$0] }
        case .xtc:
            guard coin, options.xtc.probability > 0, options.xtc.threshold <= 0.5 else { return all }
            let falling = sorted(all)
            let excluded = max(0, softmax(falling).filter { $0 >= Double(options.xtc.threshold) }.count - 1)
            return falling.count - excluded >= options.minKeep ? Array(falling.dropFirst(excluded)) : all
        case .temperature: return tempered(all)
        }
    }

    private func penalized(_ all: [Candidate], _ text: [Int32]) -> [Candidate] {
        let window = options.repeatLastN < 0 ? text : text.suffix(options.repeatLastN)
        return all.map { candidate in
            let count = window.filter { $0 == candidate.token }.count
            if count == 0 { return candidate }
            let penalty = Double(options.repeatPenalty)
            var logit = candidate.logit > 0 ? candidate.logit / penalty : candidate.logit * penalty
            logit -= Double(options.presencePenalty) + Double(count) * Double(options.frequencyPenalty)
            return Candidate(token: candidate.token, logit: logit)
        }
    }

    private func driedOut(_ all: [Candidate], _ text: [Int32]) -> [Candidate] {
        let dry = options.dry
        if dry.multiplier == 0 { return all }
        let window = Array(dry.lastN < 0 ? text : text.suffix(dry.lastN))
        // Nothing before the end of the last breaker counts.
        var limit = window.count
        for start in window.indices.reversed() where limit == window.count {
            let found = breakers.filter { window[start...].starts(with: $0) }
            if let longest = found.map(\.count).max() { limit = window.count - start - longest }
        }
        return all.map { candidate in
            if breakers.contains([candidate.token]) { return candidate }
            // The longest repetition that the token continues.
            var longest: Int?
            for place in window.indices.dropFirst() where window[place] == candidate.token {
                var length = 0
                while length < place, window[place - 1 - length] == window[window.count - 1 - length] { length += 1 }
                length = min(length, limit)
                if length >= dry.allowedLength { longest = max(longest ?? 0, length) }
            }
            guard let longest, window.count > dry.allowedLength else { return candidate }
            let penalty = Double(dry.multiplier) * pow(Double(dry.base), Double(longest - dry.allowedLength))
            return Candidate(token: candidate.token, logit: candidate.logit - penalty)
        }
    }

    private func tempered(_ all: [Candidate]) -> [Candidate] {
        var value = Double(options.temperature)
        let range = Double(options.dynamicTemperature.range)
        if range > 0, options.mirostat == .off {
            if all.count == 1 { return all }
            let entropy = softmax(all).map { $0 > 0 ? -$0 * log($0) : 0 }.reduce(0, +)
            let share = pow(entropy / log(Double(all.count)), Double(options.dynamicTemperature.exponent))
            value = max(0, value - range) * (1 - share) + (value + range) * share
        }
        if value == 0 { return [sorted(all)[0]] }
        return all.map { Candidate(token: $0.token, logit: $0.logit / value) }
    }

    // MARK: - Helpers

    private func sorted(_ candidates: [Candidate]) -> [Candidate] {
        candidates.sorted { ($1.logit, $0.token) < ($0.logit, $1.token) }
    }

    private func softmax(_ candidates: [Candidate]) -> [Double] {
        let largest = candidates.map(\.logit).max() ?? 0
        let weights = candidates.map { exp($0.logit - largest) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// The first places whose probabilities add up to enough, and at least `minKeep`.
    private func leading(_ places: [Int], _ p: (Int) -> Double, isEnough: (Double) -> Bool) -> [Int] {
        var sum = 0.0
        for (index, place) in places.enumerated() {
            sum += p(place)
            if isEnough(sum), index + 1 >= options.minKeep { return Array(places.prefix(index + 1)) }
        }
        return places
    }
}
