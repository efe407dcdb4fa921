public import Assistant
// Messages and replies are the users' own, with all their members.
@_exported public import Chat
@_exported public import ChatTemplate
public import GGUF
public import Gemma4
@_exported public import JSON
public import Sampling
public import Speculative
public import Tensor
public import Tokenizer

// What users of `Gemma` catch and set, so that they need not import the modules below it.

public typealias GGUFError = GGUF.GGUFError
public typealias TensorError = Tensor.TensorError
public typealias TokenizerError = Tokenizer.TokenizerError
public typealias ModelError = Gemma4.ModelError
public typealias KernelError = Tensor.KernelError
public typealias PairError = Assistant.PairError
public typealias SamplingError = Sampling.SamplingError

public typealias TensorType = GGUF.TensorType
public typealias CacheType = Tensor.CacheType
public typealias TokenID = Tokenizer.TokenID
public typealias SamplingOptions = Sampling.SamplingOptions
public typealias SamplerKind = Sampling.SamplerKind
public typealias DraftLength = Speculative.DraftLength
public typealias SpeculationStatistics = Speculative.SpeculationStatistics
public typealias DraftEstimates = Speculative.DraftEstimates
public typealias RawPrompt = Tokenizer.RawPrompt
