/// A chat template in Gemma's style: the same turns, tools and thoughts by the same means, in fewer words.
enum ConversationTemplate {
    static let source = #"""
        {%- macro argument(value) -%}
            {%- if value is string -%}
                {{- '<|"|>' + value + '<|"|>' -}}
            {%- elif value is boolean -%}
                {{- 'true' if value else 'false' -}}
            {%- elif value is mapping -%}
                {{- '{' }}{{ members(value) }}{{ '}' -}}
            {%- elif value is sequence -%}
                [{% for item in value %}{{ argument(item) }}{{ ',' if not loop.last }}{% endfor %}]
            {%- else -%}
                {{- value -}}
            {%- endif -%}
        {%- endmacro -%}
        {%- macro members(values) -%}
            {%- for key, value in values | dictsort -%}
                {{- key }}:{{ argument(value) }}{{ ',' if not loop.last -}}
            {%- endfor -%}
        {%- endmacro -%}
        {%- macro schema(value) -%}
            {description:<|"|>{{ value['description'] }}<|"|>
            {%- if value['enum'] %},enum:{{ argument(value['enum']) }}{% endif -%}
            {%- if value['properties'] is mapping -%}
                ,properties:{
                {%- for name, property in value['properties'] | dictsort -%}
                    {{- name }}:{{ schema(property) if property is mapping }}{{ ',' if not loop.last -}}
                {%- endfor -%}
                }
            {%- endif -%}
            {%- if value['items'] is mapping %},items:{{ schema(value['items']) }}{% endif -%}
            {%- if value['required'] is sequence %},required:{{ argument(value['required']) }}{% endif -%}
            ,type:<|"|>{{ value['type'] | upper }}<|"|>}
        {%- endmacro -%}
        {%- macro without_thoughts(text) -%}
            {%- set ns = namespace(result='') -%}
            {%- for part in text.split('<channel|>') -%}
                {%- set ns.result = ns.result + part.split('<|channel>')[0] -%}
            {%- endfor -%}
            {{- ns.result | trim -}}
        {%- endmacro -%}
        {%- macro content(message) -%}
            {%- set parts = [message['content']] if message['content'] is string
                else message['content'] | default([], true) | map(attribute='text') | list -%}
            {%- for part in parts -%}
                {{- without_thoughts(part) if message['role'] == 'assistant' else part | trim -}}
            {%- endfor -%}
        {%- endmacro -%}
        {%- set first = messages[0] if messages and messages[0]['role'] == 'system' -%}
        {{- bos_token -}}
        {%- if enable_thinking or tools or first -%}
            {{- '<|turn>system\n' -}}
            {%- if enable_thinking %}<|think|>{% endif -%}
            {%- if first %}{{ content(first) }}{% endif -%}
            {%- for tool in tools or [] -%}
                <|tool>declaration:{{ tool['function']['name'] }}{description:
                {{- '<|"|>' + tool['function']['description'] + '<|"|>' -}}
                {%- if tool['function']['parameters'] is mapping -%}
                    ,parameters:{{ schema(tool['function']['parameters']) }}
                {%- endif -%}
                {{- '}' }}<tool|>
            {%- endfor -%}
            {{- '<turn|>\n' -}}
        {%- endif -%}
        {%- for message in (messages[1:] if first else messages) -%}
            {%- set role = 'model' if message['role'] == 'assistant' else message['role'] -%}
            {{- '<|turn>' + role + '\n' -}}
            {%- if message['reasoning_content'] is string and preserve_thinking -%}
                {{- '<|channel>thought\n' + message['reasoning_content'] + '<channel|>' -}}
            {%- endif -%}
            {%- for call in message['tool_calls'] or [] -%}
                {{- '<|tool_call>call:' + call['function']['name'] + '{' -}}
                {{- members(call['function']['arguments']) }}{{ '}<tool_call|>' -}}
            {%- endfor -%}
            {%- for result in message['tool_responses'] or [] -%}
                {{- '<|tool_response>response:' + result['name'] | default('unknown') + '{' -}}
                {%- if result['response'] is mapping -%}
                    {{- members(result['response']) -}}
                {%- else -%}
                    value:{{ argument(result['response']) }}
                {%- endif -%}
                {{- '}<tool_response|>' -}}
            {%- endfor -%}
            {{- content(message) -}}
            {{- '<turn|>\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
            {{- '<|turn>model\n' -}}
            {%- if not enable_thinking %}{{ '<|channel>thought\n<channel|>' }}{% endif -%}
        {%- endif -%}
        """#
}
