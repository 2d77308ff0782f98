//! Artefacts: file name and content, rendered.
//!
//! Writes nothing.

use crate::playbook::model::{Output, OutputFormat, Step};
use crate::program::artefact;
use crate::program::interpreter::Interpreter;
use crate::program::model::{Ask, OutputAsk, ProgramError};
use crate::value::{Json, Value};

impl Interpreter {
    pub(super) fn output(&mut self, step: &Step, output: &Output) -> Result<Ask, ProgramError> {
        let wrap = |e| ProgramError::of(&step.id, e);
        let file = output.file.render(&self.scope).map_err(wrap)?;
        let content = match &output.format {
            OutputFormat::Json(expression) | OutputFormat::Csv { rows: expression, .. } => {
                expression.evaluate(&self.scope).map_err(wrap)?
            }
            OutputFormat::Text(message) => message.render(&self.scope).map_err(wrap)?,
        };
        let (Value::Known(Json::String(file)), Value::Known(content)) = (file, content) else {
            return Ok(self.defer(step, self.later_reason("its content")));
        };
        let content = artefact::encode(&output.format, &content).map_err(|message| ProgramError {
            step: step.id.clone(),
            message,
            span: step.span.clone(),
        })?;
        let step = step.id.clone();
        let show = output.show;
        Ok(self.ask(Ask::Output(OutputAsk {
            step,
            file,
            content,
            show,
        })))
    }
}
