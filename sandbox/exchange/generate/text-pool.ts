/** What generated mail, tasks and meetings say, by the script of the writer (see name-pool.ts). */
export interface Phrases {
  readonly subjects: readonly string[];
  readonly sentences: readonly string[];
  readonly greeting: string;
  readonly reply: string;
}

const ENGLISH: Phrases = {
  subjects: ['Quote for the new offices', 'Minutes of Tuesday & next steps', 'Invoice <2231>', 'Lunch?'],
  sentences: [
    'Thanks for the call this morning, it helped a lot.',
    'The numbers for the third quarter are in the shared folder.',
    'Could we move the delivery to the week after next?',
    'I have added two lines to the contract, see sections 4 & 5.',
    'Nothing urgent, let me know when you are back.',
  ],
  greeting: 'Hello,',
  reply: 'Re: ',
};

export const PHRASES: Readonly<Record<string, Phrases>> = {
  james: ENGLISH,
  anna: {
    subjects: ['Angebot für die Büroräume', 'Rückfrage zur Lieferung', 'Übergabe am Montag'],
    sentences: [
      'Vielen Dank für die schnelle Rückmeldung.',
      'Die Maße prüfe ich bis Freitag und schicke sie dann größer.',
      'Können wir den Termin um eine Woche verschieben?',
      'Im Anhang finden Sie die geänderte Fassung.',
    ],
    greeting: 'Guten Tag,',
    reply: 'AW: ',
  },
  ivan: {
    subjects: ['Договор на 2030 год', 'Встреча в четверг'],
    sentences: [
      'Спасибо, всё получили.',
      'Отправим счёт до конца недели.',
      'Прошу подтвердить время встречи.',
    ],
    greeting: 'Добрый день!',
    reply: 'Re: ',
  },
  eleni: {
    subjects: ['Προσφορά για τα γραφεία', 'Συνάντηση την Τρίτη'],
    sentences: ['Ευχαριστώ για την άμεση απάντηση.', 'Θα στείλω τα έγγραφα αύριο το πρωί.'],
    greeting: 'Καλημέρα,',
    reply: 'ΑΠ: ',
  },
  wei: {
    subjects: ['关于新办公室的报价', '周二会议纪要'],
    sentences: ['谢谢您的来信。', '附件是修改后的合同，请查收。', '我们下周三可以再谈一次吗？'],
    greeting: '您好，',
    reply: '答复: ',
  },
  haruka: {
    subjects: ['お見積りの件', '来週の打ち合わせについて'],
    sentences: ['お世話になっております。', '添付の資料をご確認ください。', '日程は改めてご連絡いたします。'],
    greeting: 'お疲れ様です。',
    reply: 'Re: ',
  },
  minjun: {
    subjects: ['견적서 요청', '화요일 회의'],
    sentences: ['빠른 답변 감사합니다.', '계약서를 첨부했습니다.', '다음 주에 다시 연락드리겠습니다.'],
    greeting: '안녕하세요,',
    reply: 'RE: ',
  },
  layla: {
    subjects: ['عرض أسعار المكاتب', 'اجتماع يوم الثلاثاء'],
    sentences: ['شكرا على الرد السريع.', 'سأرسل المستندات غدا صباحا.', 'هل يمكن تأجيل الموعد أسبوعا؟'],
    greeting: 'مرحبا،',
    reply: 'رد: ',
  },
  noa: {
    subjects: ['הצעת מחיר למשרד', 'פגישה ביום שלישי'],
    sentences: ['תודה על התשובה המהירה.', 'אשלח את המסמכים מחר בבוקר.'],
    greeting: 'שלום,',
    reply: 'תשובה: ',
  },
  arjun: {
    subjects: ['कार्यालय के लिए कोटेशन', 'मंगलवार की बैठक'],
    sentences: ['आपके उत्तर के लिए धन्यवाद।', 'मैं कल सुबह दस्तावेज़ भेजूँगा।'],
    greeting: 'नमस्ते,',
    reply: 'Re: ',
  },
};

export function phrasesOf(script: string): Phrases {
  return PHRASES[script] ?? ENGLISH;
}

export const TASKS: readonly string[] = [
  ...[
    'Send the quote to Contoso',
    'Rechnung 2231 prüfen',
    'Préparer la réunion de lundi',
    '契約書を確認する',
  ],
  ...['Перезвонить поставщику', 'Order 40 chairs & 2 tables', 'Back up the laptop', 'Renovar el contrato'],
];

export const MEETINGS: readonly string[] = [
  ...[
    'Stand-up',
    'Jour fixe Vertrieb',
    'Comité de direction',
    '定例会議',
    'Планёрка',
    'Review <Q3> & outlook',
  ],
  ...['Lunch with Priya', 'Dentist', 'Interview', 'Übergabe'],
];

export const PLACES: readonly string[] = [
  ...['Raum „Ä“', 'Room 4.12', 'Café de la Gare', '会議室 2', 'Online', 'Hall <B> & C'],
];
